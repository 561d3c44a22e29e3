using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace PerfKit.Streaming.Internal;

/// <summary>Puts a <see cref="DirectOutput"/> in a connection's place for output, and finds it again from a request.</summary>
internal static class DirectConnection
{
    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var features = connection.Features;
        var socket = features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is null || !SocketCalls.AreKnown || features.Get<ITlsHandshakeFeature>() is not null)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        var transport = connection.Transport;
        var pool = features.Get<IMemoryPoolFeature>()?.MemoryPool ?? System.Buffers.MemoryPool<byte>.Shared;
        var output = new DirectOutput(socket, pool);
        features.Set(output);
        connection.Transport = new Duplex(transport.Input, output);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            await output.EndAsync().ConfigureAwait(false);
            connection.Transport = transport; // Its own output, never used, is completed by its owner; that closes the socket.
        }
    }

    /// <summary>
    /// The output that this answer's body goes to with nothing between: no TLS, no HTTP/2, no other connection middleware that
    /// writes, no compression. Null otherwise.
    /// </summary>
    public static DirectOutput? Find(HttpContext context, IHttpResponseBodyFeature body)
    {
        var features = context.Features;
        return
            features.Get<DirectOutput>() is { } output
            && ReferenceEquals(features.Get<IConnectionTransportFeature>()?.Transport.Output, output)
            && ReferenceEquals(body, features.Get<IHttpResponseFeature>())
            && features.Get<IHttp2StreamIdFeature>() is null
            ? output
            : null;
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
