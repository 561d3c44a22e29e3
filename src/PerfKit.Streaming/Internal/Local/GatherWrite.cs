using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Writes what a pipe lends, many small segments, with one call (pwritev). The framework's own gather write allocates 40
/// bytes a segment, this one nothing.
/// </summary>
internal static unsafe partial class GatherWrite
{
    private const int MaxSegments = 64; // 256 KB of Kestrel's segments; the kernel takes 1,024.
    private const int Interrupted = 4; // EINTR

    /// <summary>Whether the declaration below holds on this system.</summary>
    public static bool Supported => UnixCalls.Supported;

    /// <summary>Writes all bytes at an offset, on the caller's thread.</summary>
    /// <exception cref="IOException">The system's error; HResult is errno, as in the framework's.</exception>
    public static void Write(SafeFileHandle file, in ReadOnlySequence<byte> bytes, long offset)
    {
        if (bytes.IsSingleSegment)
        {
            RandomAccess.Write(file, bytes.FirstSpan, offset);
            return;
        }

        for (var rest = bytes; !rest.IsEmpty; )
        {
            var written = WriteSome(file, rest, offset);
            offset += written;
            rest = rest.Slice(written); // Seldom less than was asked for: a signal, or a disk that is just full.
        }
    }

    private static long WriteSome(SafeFileHandle file, in ReadOnlySequence<byte> bytes, long offset)
    {
        var vectors = stackalloc Vector[MaxSegments];
        var pins = default(Pins);
        var count = 0;
        try
        {
            foreach (var segment in bytes)
            {
                if (count == MaxSegments)
                {
                    break;
                }

                if (!segment.IsEmpty)
                {
                    pins[count] = segment.Pin(); // Kestrel's memory is pinned already: this costs nothing.
                    vectors[count] = new Vector(pins[count].Pointer, (nuint)segment.Length);
                    count++;
                }
            }

            while (true)
            {
                var written = PWriteV(file, vectors, count, offset);
                if (written > 0)
                {
                    return written;
                }

                var error = Marshal.GetLastPInvokeError();
                if (written == 0 || error != Interrupted)
                {
                    throw new IOException(
                        $"Cannot write at byte {offset}: {Marshal.GetPInvokeErrorMessage(error)}.",
                        error
                    );
                }
            }
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                pins[i].Dispose();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "pwritev", SetLastError = true)]
    private static partial nint PWriteV(SafeFileHandle file, Vector* vectors, int count, long offset);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Vector(void* start, nuint length)
    {
        public readonly void* Start = start;
        public readonly nuint Length = length;
    }

    [InlineArray(MaxSegments)]
    private struct Pins
    {
        private MemoryHandle _first;
    }
}
