using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PerfKit.Caching.Internal;

/// <summary>The JSON of a cache: the user's rules and contexts first, plain types then, reflection where it is on.</summary>
internal static class JsonOptions
{
    /// <summary>Options as given, with a resolver that also knows what was not given.</summary>
    public static JsonSerializerOptions Completed(JsonSerializerOptions? given)
    {
        // Without wishes: what a value holds comes back whole, value tuples (which are fields) and NaN included, and text that
        // only a machine reads is not escaped for a web page.
        var options = given is null
            ? new JsonSerializerOptions
            {
                IncludeFields = true,
                NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
            : new JsonSerializerOptions(given);
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(
            options.TypeInfoResolver,
            PlainTypesContext.Default,
            JsonSerializer.IsReflectionEnabledByDefault ? Reflection() : null
        );
        options.MakeReadOnly();
        return options;
    }

    public static JsonWriterOptions WriterRules(JsonSerializerOptions options) =>
        new()
        {
            Encoder = options.Encoder,
            MaxDepth = options.MaxDepth,
            SkipValidation = true,
        };

    public static JsonReaderOptions ReaderRules(JsonSerializerOptions options) =>
        new()
        {
            AllowTrailingCommas = options.AllowTrailingCommas,
            CommentHandling = options.ReadCommentHandling,
            MaxDepth = options.MaxDepth,
        };

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2026",
        Justification = "Behind IsReflectionEnabledByDefault, which is off in a trimmed application unless it asks for reflection."
    )]
    [UnconditionalSuppressMessage(
        "AOT",
        "IL3050",
        Justification = "Behind IsReflectionEnabledByDefault, which is off in a native application unless it asks for reflection."
    )]
    private static DefaultJsonTypeInfoResolver Reflection() => new();
}
