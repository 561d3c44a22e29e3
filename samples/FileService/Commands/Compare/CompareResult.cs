namespace FileService.Commands.Compare;

/// <summary>What <c>--json</c> writes; names and shape are a contract.</summary>
internal sealed record CompareResult(
    string Folder,
    double RttMs,
    IReadOnlyList<CompareRow> Rows,
    IReadOnlyList<CompareDetail> Detail
);

/// <summary>Median and 99th percentile (nearest rank), in milliseconds.</summary>
internal sealed record Percentiles(double P50Ms, double P99Ms);

/// <summary>An operation; ratio is before's median over warm after's.</summary>
internal sealed record CompareRow(
    string Operation,
    Percentiles Before,
    Percentiles AfterCold,
    Percentiles After,
    double Ratio,
    bool Equal,
    int Samples
);

/// <summary>A case that is measured beside its operation and is not in its ratio.</summary>
internal sealed record CompareDetail(
    string Operation,
    string Case,
    Percentiles Before,
    Percentiles AfterCold,
    Percentiles After,
    double Ratio,
    bool Equal,
    int Samples
);

/// <summary>What one operation gave.</summary>
internal sealed record CompareOutcome(CompareRow Row, IReadOnlyList<CompareDetail> Detail);
