using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace PerfKit.Query.Internal;

/// <summary>
/// Asks SQLite to trace every connection that is opened from now on. The wrapper that the driver uses binds only the old trace
/// call, which writes all parameters into the text, so this calls the library itself.
/// </summary>
internal static unsafe class StatementTrace
{
    private const uint StatementStarts = 1; // SQLITE_TRACE_STMT
    private const int MaxOnStack = 1_024;

    private static delegate* unmanaged[Cdecl]<
        nint,
        uint,
        delegate* unmanaged[Cdecl]<uint, nint, nint, byte*, int>,
        nint,
        int> _trace;
    private static delegate* unmanaged[Cdecl]<nint, byte*> _textOf;

    /// <summary>Once a process; a second time SQLite ignores it.</summary>
    public static void Start()
    {
        RuntimeHelpers.RunClassConstructor(typeof(SqliteConnection).TypeHandle); // Chooses and loads the library.
        var library = NativeLibrary.Load(raw.GetNativeLibraryName(), typeof(SqliteConnection).Assembly, null);
        _trace = (delegate* unmanaged[Cdecl]<
            nint,
            uint,
            delegate* unmanaged[Cdecl]<uint, nint, nint, byte*, int>,
            nint,
            int>)
            NativeLibrary.GetExport(library, "sqlite3_trace_v2");
        _textOf = (delegate* unmanaged[Cdecl]<nint, byte*>)NativeLibrary.GetExport(library, "sqlite3_sql");
        var onOpen = (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, nint, nint, int>, int>)
            NativeLibrary.GetExport(library, "sqlite3_auto_extension");
        var result = onOpen(&Opened);
        if (result != raw.SQLITE_OK)
        {
            throw new InvalidOperationException($"SQLite refuses to announce opened connections: error {result}.");
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Opened(nint connection, nint error, nint routines) =>
        _trace(connection, StatementStarts, &Started, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Started(uint kind, nint context, nint statement, byte* text)
    {
        if (text != _textOf(statement))
        {
            return 0; // A comment in its place: a trigger, or what full text or an R-tree runs within a statement.
        }

        var utf8 = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
        var rented = utf8.Length > MaxOnStack ? ArrayPool<char>.Shared.Rent(utf8.Length) : null;
        var chars = rented ?? stackalloc char[MaxOnStack];
        QueryRecorder.Report(chars[..Encoding.UTF8.GetChars(utf8, chars)]);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return 0;
    }
}
