using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming.Internal;

/// <summary>Writes problem answers (RFC 9457).</summary>
internal static class Problem
{
    public static async Task WriteAsync(
        HttpContext context,
        int status,
        string name,
        string title,
        string detail,
        string? parameter
    )
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "urn:perfkit:" + name);
            json.WriteString("title", title);
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            if (parameter is not null)
            {
                json.WriteString("parameter", parameter);
            }

            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        context.Response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context
                .Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted)
                .ConfigureAwait(false);
        }
    }
}
