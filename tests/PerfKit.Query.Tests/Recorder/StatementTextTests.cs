using PerfKit.Query.Internal;

namespace PerfKit.Query.Tests.Recorder;

/// <summary>What makes two texts one statement.</summary>
public sealed class StatementTextTests
{
    [Theory]
    [InlineData("select a1 from t2 where id = @p0", "select a1 from t2 where id = @p0")]
    [InlineData("where id = 17 and x>1.5e3", "where id = ? and x>?")]
    [InlineData("where id=$1 and b = :2", "where id=$1 and b = :2")]
    [InlineData("name = 'O''Brien' and x = ''", "name = ?? and x = ?")]
    [InlineData("\"col 1\" = 1", "\"col 1\" = ?")]
    [InlineData("\"it's 1\" = 'a'", "\"it's 1\" = ?")]
    [InlineData("select 1 -- it's 2\n, 3", "select ? -- it's 2\n, ?")]
    [InlineData("select /* it's 2 */ 3", "select /* it's 2 */ ?")]
    [InlineData("'never ends", "?")]
    [InlineData("/* never ends 1", "/* never ends 1")]
    [InlineData("größe1 = 1", "größe1 = ?")]
    [InlineData("", "")]
    public void Values_are_taken_out_and_names_stay(string text, string shape)
    {
        StatementText.WithoutValues(text, new char[text.Length]).ToString().Should().Be(shape);
    }
}
