using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PerfKit.Streaming.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Sends files without copying them through the process.</summary>
public static class DirectSendingExtensions
{
    /// <summary>
    /// Sends the files of content results by sendfile(2), and everything else straight to the socket, on this endpoint's
    /// plain HTTP/1.1 connections on 64-bit Linux. Connections with TLS or HTTP/2, and other systems, go on as without it.
    /// A flush then waits until the socket has taken the bytes, where Kestrel would keep up to 64 KB of them.
    /// </summary>
    /// <param name="listen">The endpoint; call this before other connection middleware that looks at what is sent.</param>
    public static ListenOptions UseDirectSending(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        listen.Use(static next => connection => DirectConnection.RunAsync(connection, next));
        return listen;
    }
}
