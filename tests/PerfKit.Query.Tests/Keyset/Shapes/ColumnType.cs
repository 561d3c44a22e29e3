using System.Data.Common;

namespace PerfKit.Query.Tests.Keyset.Shapes;

/// <summary>A type of sort column: its tag, its names in both engines, how it is declared and read.</summary>
internal sealed record ColumnType(
    char Tag,
    string Sqlite,
    string PostgreSql,
    Action<KeysetFields, ShapeColumn> Add,
    Func<DbDataReader, int, object> Read
)
{
    public static ColumnType Of<T>(char tag, string sqlite, string postgreSql)
        where T : notnull =>
        new(
            tag,
            sqlite,
            postgreSql,
            static (fields, column) => fields.Add<T>(column.Name, $"t.{column.Name}", column.Nulls),
            static (reader, i) => reader.GetFieldValue<T>(i)
        );
}
