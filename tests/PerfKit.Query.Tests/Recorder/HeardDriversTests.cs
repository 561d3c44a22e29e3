using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PerfKit.Query.Tests.Recorder.Shapes;

namespace PerfKit.Query.Tests.Recorder;

/// <summary>Each command is heard, and once, however many layers announce it.</summary>
public sealed class HeardDriversTests
{
    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Commands_of_dapper_ado_and_ef_core_count_once_each(string engine)
    {
        await using var world = await RecorderWorld.CreateAsync(engine);
        using var recorder = new QueryRecorder();
        await using var connection = await world.OpenAsync();
        await using var context = world.Context();
        _ = context.Model; // Built before, so that opening it runs nothing of its own.
        await using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from items";
        using var scope = recorder.Begin("scope");

        await connection.QueryAsync<int>("select id from items");
        scope.Runs.Should().Be(1);
        await command.ExecuteScalarAsync();
        scope.Runs.Should().Be(2);
        command.ExecuteScalar();
        scope.Runs.Should().Be(3);
        await context.Items.AsNoTracking().ToListAsync();
        scope.Runs.Should().Be(4);
        _ = context.Items.AsNoTracking().ToList();
        scope.Runs.Should().Be(5);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Rows_saved_together_are_no_loop_and_saves_in_a_loop_are(string engine)
    {
        await using var world = await RecorderWorld.CreateAsync(engine);
        using var recorder = new QueryRecorder();
        await using var context = world.Context();
        using var scope = recorder.Begin("scope");

        context.Items.AddRange(Enumerable.Range(500, 20).Select(static id => new Item { Id = id, Name = "together" }));
        context.SaveChanges();
        scope.Repeats.Should().BeEmpty();
        for (var id = 600; id < 605; id++)
        {
            context.Items.Add(new Item { Id = id, Name = "one by one" });
            context.SaveChanges();
        }

        scope.Repeats.Should().NotBeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Failed_save_leaves_the_scope_as_it_was(string engine)
    {
        await using var world = await RecorderWorld.CreateAsync(engine);
        using var recorder = new QueryRecorder();
        await using var context = world.Context();
        await using var connection = await world.OpenAsync();
        using var scope = recorder.Begin("scope");

        context.Items.Add(new Item { Id = 1, Name = "taken" });
        var save = () => context.SaveChanges();
        save.Should().Throw<DbUpdateException>();
        for (var i = 0; i < 4; i++)
        {
            await connection.QueryAsync<int>("select id from items");
        }

        scope.Repeats.Should().ContainSingle().Which.Statement.Should().Be("select id from items");
    }

    [Fact]
    public async Task Sqlite_is_heard_through_work_on_the_thread_pool()
    {
        await using var world = await RecorderWorld.CreateAsync("sqlite");
        using var recorder = new QueryRecorder();
        await using var connection = (SqliteConnection)await world.OpenAsync();
        using var scope = recorder.Begin("scope");

        for (var i = 0; i < 4; i++)
        {
            await connection.RunAsync(static c => c.QueryAsync<int>("select id from items"));
        }

        scope.Repeats.Should().ContainSingle().Which.Place.Should().Contain($"{nameof(HeardDriversTests)}.cs:");
    }

    [Fact]
    public async Task Sqlite_reports_texts_of_any_length_and_script_as_they_are()
    {
        SqliteDiagnostics.Enable();
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        using var recorder = new QueryRecorder(atMost: 1);
        using var scope = recorder.Begin("scope");
        var long1 = $"select 1 as \"ünï{new string('x', 3_000)}\"";

        await connection.QueryAsync<int>(long1);
        await connection.QueryAsync<int>(long1);
        await connection.QueryAsync<int>("-- ünï\nselect 2 as \"ünï\"");
        await connection.QueryAsync<int>("-- ünï\nselect 2 as \"ünï\"");

        scope
            .Repeats.Select(static r => r.Statement[..14])
            .Should()
            .BeEquivalentTo("select ? as \"ü", "-- ünï select ");
    }

    [Fact]
    public async Task Sqlite_connections_that_were_idle_in_the_pool_are_heard()
    {
        await using var world = await RecorderWorld.CreateAsync("sqlite"); // Filled through the pool.
        using var recorder = new QueryRecorder();
        using var scope = recorder.Begin("scope");

        await using var connection = await world.OpenAsync();
        await connection.QueryAsync<int>("select id from items");

        scope.Runs.Should().Be(1);
    }
}
