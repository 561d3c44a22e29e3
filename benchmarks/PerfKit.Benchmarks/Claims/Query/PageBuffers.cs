using PerfKit.Benchmarks.Claims.Query.Pages;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>The buffers PostgreSQL touches for a page of 50 rows: the most of nine orders at three depths.</summary>
public sealed class PageBuffers : Claim
{
    public override string Area => "query";
    public override string Id => "page-buffers";
    public override Bar Bar => Bar.AtMost(100, "buffers", "<= 100");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var (table, pages) = (await DeepTables.GetAsync()).Single(static t => t.Table.Dialect.Name == "postgresql");
        var (most, what) = (0L, "");
        foreach (var (order, cursors) in pages)
        {
            for (var i = 0; i < cursors.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (buffers, statements) = await table.BuffersAsync(order, cursors[i]);
                if (buffers > most)
                {
                    (most, what) = (buffers, $"{order} page {DeepTables.Depths[i]}, statements: {statements}");
                }
            }
        }

        return new Measured(most, "buffers", what);
    }
}
