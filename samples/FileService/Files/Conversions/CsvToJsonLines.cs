using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CsvHelper;

namespace FileService.Files.Conversions;

/// <summary>
/// CSV with a header row (RFC 4180) to one JSON object a line, every value a string. Streams: memory does not grow with
/// the file, only with its longest row, which is bounded.
/// </summary>
internal sealed class CsvToJsonLines : IConversion
{
    /// <summary>The most bytes one row may have, line breaks inside quotes included.</summary>
    public const int MaxRowBytes = 1 << 20;

    /// <summary>The most columns.</summary>
    public const int MaxColumns = 4_096;

    private const int FlushBytes = 64 << 10;

    private static readonly CsvReaderOptions Commas = new()
    {
        Separator = ',',
        HasHeader = false, // The header is read here, to say what is wrong with it.
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Throw,
        MaxRecordSize = MaxRowBytes,
        TrackLineNumbers = true,
        IncludeValuesInExceptions = false,
    };

    private static readonly CsvReaderOptions Tabs = Commas with { Separator = '\t' };

    private static readonly JsonWriterOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // The result is JSON in UTF-8, never pasted into HTML.
        SkipValidation = true, // A JSON validator allows one value in a document; here each line is one.
    };

    private readonly CsvReaderOptions _options;
    private readonly string _mediaType;

    private CsvToJsonLines(CsvReaderOptions options, string mediaType) => (_options, _mediaType) = (options, mediaType);

    /// <summary>For values parted by commas.</summary>
    public static CsvToJsonLines ForCommas { get; } = new(Commas, "text/csv");

    /// <summary>For values parted by tabs.</summary>
    public static CsvToJsonLines ForTabs { get; } = new(Tabs, "text/tab-separated-values");

    public string Target => "jsonl";

    public string ContentType => "application/jsonl; charset=utf-8";

    public bool Accepts(string contentType) => SourceText.MediaTypeOf(contentType) == _mediaType;

    public async ValueTask ConvertAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        var reader = CsvReader.Create(source, _options, leaveOpen: true);
        await using (reader)
        {
            try
            {
                await ConvertAsync(reader, destination, cancellationToken);
            }
            catch (CsvFormatException broken)
            {
                var line = Math.Max(broken.LineNumber, 1);
                throw new ConversionException(
                    $"The CSV is broken at line {line}: {broken.Message}",
                    $"line {line}",
                    broken
                );
            }
        }
    }

    private static async ValueTask ConvertAsync(
        CsvReader reader,
        Stream destination,
        CancellationToken cancellationToken
    )
    {
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new ConversionException("The CSV is empty: it has no header row.", "line 1");
        }

        var names = Names(reader);
        var lines = new ArrayBufferWriter<byte>(FlushBytes * 2);
        using var json = new Utf8JsonWriter(lines, Json);
        while (await reader.ReadAsync(cancellationToken))
        {
            Write(reader, names, json);
            lines.Write("\n"u8);
            if (lines.WrittenCount >= FlushBytes)
            {
                await destination.WriteAsync(lines.WrittenMemory, cancellationToken);
                lines.ResetWrittenCount();
            }
        }

        await destination.WriteAsync(lines.WrittenMemory, cancellationToken);
    }

    private static JsonEncodedText[] Names(CsvReader reader)
    {
        CheckUtf8(reader);
        if (reader.FieldCount > MaxColumns)
        {
            throw new ConversionException(
                $"The CSV has {reader.FieldCount} columns; at most {MaxColumns} are converted.",
                "line 1"
            );
        }

        var names = new JsonEncodedText[reader.FieldCount];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var column = 0; column < names.Length; column++)
        {
            var name = reader.GetString(column).Trim();
            if (name.Length == 0 || !seen.Add(name))
            {
                var fault =
                    name.Length == 0 ? "has no name" : $"repeats the name '{name[..Math.Min(40, name.Length)]}'";
                throw new ConversionException($"Column {column + 1} in the header row of the CSV {fault}.", "line 1");
            }

            names[column] = JsonEncodedText.Encode(name, Json.Encoder);
        }

        return names;
    }

    private static void Write(CsvReader reader, JsonEncodedText[] names, Utf8JsonWriter json)
    {
        CheckUtf8(reader);
        json.WriteStartObject();
        for (var column = 0; column < names.Length; column++)
        {
            json.WriteString(names[column], reader.GetSpan(column));
        }

        json.WriteEndObject();
        json.Flush();
        json.Reset();
    }

    private static void CheckUtf8(CsvReader reader)
    {
        if (!Utf8.IsValid(reader.RawRecord))
        {
            throw new ConversionException(
                $"Line {reader.LineNumber} of the CSV is not valid UTF-8.",
                $"line {reader.LineNumber}"
            );
        }
    }
}
