using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>The calls of 64-bit Linux that .NET has no name for, none of which waits. Numbers as in its headers.</summary>
internal static partial class SocketCalls
{
    public const int Interrupted = 4; // EINTR
    public const int WouldBlock = 11; // EAGAIN
    public const int BadArgument = 22; // EINVAL
    public const int BrokenPipe = 32; // EPIPE
    public const int NotKnown = 38; // ENOSYS

    private const int InputOutput = 5; // EIO
    private const int DontWait = 0x40; // MSG_DONTWAIT
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int MoreComes = 0x8000; // MSG_MORE
    private const nuint UnsentAndUnacknowledged = 0x5411; // SIOCOUTQ

    /// <summary>Whether the calls are the ones meant here: off_t has 64 bits.</summary>
    public static bool AreKnown =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Bytes the socket took, or the negative error. Announcing more keeps a short packet back for them.</summary>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, bool moreComes)
    {
        var sent = Send(socket, bytes, (nuint)bytes.Length, DontWait | NoSignal | (moreComes ? MoreComes : 0));
        return sent < 0 ? -Marshal.GetLastPInvokeError() : (int)sent;
    }

    /// <summary>Bytes the socket took from the file, 0 at its end, or the negative error.</summary>
    public static int SendFile(SafeSocketHandle socket, SafeFileHandle file, long offset, int length)
    {
        var sent = SendFile(socket, file, ref offset, (nuint)length);
        return sent < 0 ? -Marshal.GetLastPInvokeError() : (int)sent;
    }

    /// <summary>Bytes the peer has not acknowledged; 0 when the socket cannot say.</summary>
    public static int Unacknowledged(SafeSocketHandle socket) =>
        Control(socket, UnsentAndUnacknowledged, out var bytes) == 0 ? bytes : 0;

    /// <summary>Says whether the file or, as nearly always, the connection is at fault.</summary>
    public static Exception Error(int number) =>
        number == InputOutput
            ? new IOException($"The file cannot be read: {Marshal.GetPInvokeErrorMessage(number)}.", number)
            : new SocketException(number);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFile(SafeSocketHandle socket, SafeFileHandle file, ref long offset, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(SafeSocketHandle socket, nuint request, out int bytes);
}
