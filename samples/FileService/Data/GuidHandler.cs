using System.Data;
using System.Globalization;
using Dapper;

namespace FileService.Data;

/// <summary>Reads ids from both engines: PostgreSQL gives a Guid, SQLite the text its driver stored.</summary>
internal sealed class GuidHandler : SqlMapper.TypeHandler<Guid>
{
    public override Guid Parse(object value) =>
        value is Guid id ? id : Guid.Parse((string)value, CultureInfo.InvariantCulture);

    public override void SetValue(IDbDataParameter parameter, Guid value) => parameter.Value = value;

    /// <summary>Once a process; Dapper's maps are global.</summary>
    public static void Register()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(Guid));
        SqlMapper.RemoveTypeMap(typeof(Guid?));
        SqlMapper.AddTypeHandler(new GuidHandler());
    }
}
