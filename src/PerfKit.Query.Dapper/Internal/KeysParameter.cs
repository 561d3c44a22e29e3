using System.Data;
using Dapper;

namespace PerfKit.Query.Internal;

/// <summary>The one parameter of a load without others; Dapper's own bag of parameters costs a kilobyte.</summary>
internal sealed class KeysParameter(object keys) : SqlMapper.IDynamicParameters
{
    public void AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("keys", keys);
        command.Parameters.Add(parameter);
    }
}
