namespace PerfKit.Streaming.Tests.Http;

/// <summary>Whatever text a caller passes on from somewhere, no field ends early and no second one begins.</summary>
public sealed class NaughtyTextTests
{
    private static readonly ContentDescription Abc = new()
    {
        Length = 3,
        ETag = "v1",
        ContentType = "text/plain",
    };

    public static TheoryData<string> Texts { get; } =
    [
        "a\r\nSet-Cookie: x=1",
        "a\nSet-Cookie: x=1",
        "a\rSet-Cookie: x=1",
        "a\r\n\r\n<script>",
        "a\0b",
        "a\u007fb",
        "a\u001bb",
        "a\tb",
        "a\u0085b",
        "a\u2028b",
        "a\u010d\u010aSet-Cookie: x=1",
        "a\u560d\u560aSet-Cookie: x=1",
        "a\ud83d\ude00b",
        "a\ud83d",
        "\u00e9",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void No_field_of_the_callers_own_words_takes_it(string text)
    {
        foreach (
            var what in new[]
            {
                Abc with
                {
                    ETag = text,
                },
                Abc with
                {
                    ContentType = text,
                },
                Abc with
                {
                    CacheControl = text,
                },
            }
        )
        {
            var stream = () => ContentResults.Stream(what, _ => default);

            stream.Should().Throw<ArgumentException>().WithMessage("*cannot stand in its header field*");
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_file_name_of_it_is_one_field_of_visible_ASCII(string text)
    {
        await using var server = await ContentServer.StartAsync(
            Abc with
            {
                FileName = text,
                Attachment = true,
            },
            () => ContentReader.FromMemory("abc"u8.ToArray())
        );

        var answer = await server.SendAsync("GET", "/content");

        answer.Text.Should().Be("abc");
        answer.Fields.Keys.Should().NotContain("Set-Cookie");
        answer["Content-Disposition"]
            .Should()
            .MatchRegex("^attachment; filename=\"[ -~]*\"(; filename\\*=UTF-8''[!-~]*)?$");
    }
}
