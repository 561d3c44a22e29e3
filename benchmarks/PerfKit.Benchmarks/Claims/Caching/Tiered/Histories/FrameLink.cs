using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>Frames over a socket, both ways; what is to be sent while something is being sent goes together.</summary>
internal sealed class FrameLink(Socket socket) : IDisposable
{
    private const int MostTogether = 512;
    private readonly Channel<NodeFrame> _out = Channel.CreateUnbounded<NodeFrame>(
        new UnboundedChannelOptions { SingleReader = true }
    );

    public void Send(in NodeFrame frame) => _out.Writer.TryWrite(frame);

    /// <summary>Until the other side closes.</summary>
    /// <param name="receive">Told of each frame, in order; it returns quickly.</param>
    public async Task RunAsync(Action<NodeFrame> receive)
    {
        socket.NoDelay = true;
        var sending = SendAsync();
        var bytes = new byte[MostTogether * Size];
        for (var have = 0; ; )
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(have));
            if (read == 0)
            {
                break;
            }

            have += read;
            foreach (var frame in MemoryMarshal.Cast<byte, NodeFrame>(bytes.AsSpan(0, have - (have % Size))))
            {
                receive(frame);
            }

            bytes.AsSpan(have - (have % Size), have % Size).CopyTo(bytes);
            have %= Size;
        }

        _out.Writer.TryComplete();
        await sending;
    }

    public void Dispose()
    {
        _out.Writer.TryComplete();
        socket.Dispose();
    }

    private static int Size => Marshal.SizeOf<NodeFrame>();

    private async Task SendAsync()
    {
        var frames = new NodeFrame[MostTogether];
        var bytes = new byte[MostTogether * Size];
        while (await _out.Reader.WaitToReadAsync())
        {
            var count = 0;
            while (count < frames.Length && _out.Reader.TryRead(out frames[count]))
            {
                count++;
            }

            MemoryMarshal.AsBytes(frames.AsSpan(0, count)).CopyTo(bytes);
            for (var sent = 0; sent < count * Size; )
            {
                sent += await socket.SendAsync(bytes.AsMemory(sent, (count * Size) - sent));
            }
        }
    }
}
