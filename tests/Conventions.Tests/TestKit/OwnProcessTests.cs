using PerfKit.TestKit;

namespace Conventions.Tests.TestKit;

public sealed class OwnProcessTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Our_own_program_answers_lines_and_ends_with_its_input()
    {
        await using var process = OwnProcess.StartProgram(TestProgram.Path, "echo");

        process.Send("one");
        process.Send("two");

        (await process.WaitForLineAsync("said t", Long)).Should().Be("said two");
        process.SendEnd();
        (await process.WaitForExitAsync(Long)).Should().Be(0);
        process.Output.Should().Be("said one\nsaid two");
    }

    [Fact]
    public async Task A_line_that_does_not_come_is_a_timeout_that_tells_the_output()
    {
        await using var process = OwnProcess.Start("sh", "-c", "echo to output; echo to error >&2; exec sleep 1000");
        await process.WaitForLineAsync("to output", Long);

        await process
            .Awaiting(static it => it.WaitForLineAsync("ready", Silence))
            .Should()
            .ThrowAsync<TimeoutException>()
            .WithMessage("No line 'ready...'*to output*");
    }

    [Fact]
    public async Task A_process_that_ends_before_the_line_is_an_error_that_tells_the_output()
    {
        await using var process = OwnProcess.Start("sh", "-c", "echo broken >&2");

        await process
            .Awaiting(static it => it.WaitForLineAsync("ready", Long))
            .Should()
            .ThrowAsync<InvalidOperationException>()
            .WithMessage("*before it wrote 'ready...': broken");
    }

    [Fact]
    public async Task A_frozen_process_answers_when_it_is_thawed()
    {
        await using var process = OwnProcess.Start("sh", "-c", "while read -r line; do echo \"$line\"; done");
        process.Freeze();
        process.Send("hello");

        await process.Awaiting(static it => it.WaitForLineAsync("", Silence)).Should().ThrowAsync<TimeoutException>();
        process.Thaw();

        (await process.WaitForLineAsync("", Long)).Should().Be("hello");
    }

    [Fact]
    public async Task A_frozen_process_is_killed_and_disposed()
    {
        var process = OwnProcess.Start("sleep", "1000");
        process.Freeze();

        process.Kill();
        process.Kill();

        process.HasExited.Should().BeTrue();
        var id = process.Id;
        await process.DisposeAsync();
        await process.DisposeAsync();
        Left.IsRunning(id).Should().BeFalse();
    }

    [Fact]
    public async Task Many_processes_that_end_at_once_take_their_guards_with_them()
    {
        for (var i = 0; i < 50; i++)
        {
            await using var process = OwnProcess.Start("true");
        }

        await using var last = OwnProcess.Start(
            "sh",
            "-c",
            "ps -e -o args | grep -c '[r]ead -r id; read -r _; kill'; exit 0"
        );
        // The last one's own guard, and those of tests beside this one.
        int.Parse(await last.WaitForLineAsync("", Long)).Should().BeLessThan(10);
    }
}
