using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PerfKit.Streaming.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>How a server sends contents, and the files of the framework's own results.</summary>
public static class ContentSendingExtensions
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

    /// <summary>
    /// Sends the files of <c>Results.File</c>, static files and everything else that calls <c>SendFileAsync</c> as contents are
    /// sent: in blocks sized by the reader or, on endpoints with direct sending, by sendfile(2); a reader that leaves costs
    /// nothing, and a file cut on its way breaks the connection. What is said of the file stays theirs. Call it before the
    /// middleware that sends, and after response compression.
    /// </summary>
    public static IApplicationBuilder UseContentSending(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.Use(
            static async (context, next) =>
            {
                var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
                context.Features.Set<IHttpResponseBodyFeature>(new FileSendingBody(context, inner));
                try
                {
                    await next(context).ConfigureAwait(false);
                }
                finally
                {
                    context.Features.Set(inner);
                }
            }
        );
    }
}
