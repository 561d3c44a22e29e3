using FileService.Files;

namespace FileService.Tests.Paths;

public sealed class FilePathTests
{
    public static TheoryData<string?, string> Refused { get; } =
        new()
        {
            { null, "empty" },
            { "", "empty" },
            { "/etc/passwd", "absolute" },
            { "//server/share", "absolute" },
            { "a//b", "empty segment" },
            { "a/", "empty segment" },
            { ".", "'.'" },
            { "a/./b", "'.'" },
            { "..", "'..'" },
            { "a/../b", "'..'" },
            { "../a", "'..'" },
            { "a\\b", "backslash" },
            { "\\\\server\\share", "backslash" },
            { "C:/x", "drive" },
            { "c:x", "drive" },
            { "a\0b", "control" },
            { "a\nb", "control" },
            { "a\u0085b", "control" },
            { "a./b", "ends with a dot" },
            { "a/b ", "ends with a space" },
            { "...", "ends with a dot" },
            { "nul", "'nul'" },
            { "docs/CON.txt", "'CON'" },
            { "COM1.tar.gz", "'COM1'" },
            { "lpt¹", "'lpt¹'" },
            { "aux /b", "ends with a space" },
            { "aux .txt", "'aux'" },
            { "%2e%2e/x", "percent-encoding" },
            { ".%2E/x", "percent-encoding" },
            { "a/%2e/b", "percent-encoding" },
            { "a%2fb", "percent-encoding" },
            { "a%5Cb", "percent-encoding" },
            { "a%00", "percent-encoding" },
            { "%252e%252e/x", "percent-encoding" },
            { "a%25252fb", "percent-encoding" },
            { "%2525252525252fb", "percent-encoding" },
            { "%c0%ae%c0%ae/x", "percent-encoding" },
            { "%e0%80%af", "percent-encoding" },
            { new string('a', 256), "segment longer than 255 bytes" },
            { new string('é', 128), "segment longer than 255 bytes" },
            { string.Join('/', Enumerable.Repeat("abc", 257)), "longer than 1024 bytes" },
            { string.Join('/', Enumerable.Repeat("ééé", 147)), "longer than 1024 bytes" },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void TryNormalize_of_an_unsafe_path_names_the_fault_and_the_value(string? raw, string fault)
    {
        FilePath.TryNormalize(raw, out var path, out var error).Should().BeFalse();
        path.Should().BeNull();
        error
            .Should()
            .Contain(fault)
            .And.StartWith("The path '")
            .And.EndWith(".")
            .And.NotContainAny("\0", "\n", "\ud800");
        error!.Length.Should().BeLessThan(200);
    }

    [Fact]
    public void TryNormalize_of_half_a_surrogate_pair_refuses_it()
    {
        FilePath.TryNormalize("a\ud800b", out _, out var error).Should().BeFalse();
        error.Should().Be("The path 'a\uFFFDb' holds half of a surrogate pair.");
    }

    [Theory]
    [InlineData("a")]
    [InlineData("docs/chain/01 caching.md")]
    [InlineData(".gitignore")]
    [InlineData("..a/...b")]
    [InlineData("console/auxiliary.rst")]
    [InlineData("COM/COM10/nulls.txt")]
    [InlineData("100%.txt")]
    [InlineData("50%20off/a%zz")]
    [InlineData("ab:c/d:e")]
    [InlineData("Straße/日本語/😀.md")]
    public void TryNormalize_of_a_safe_path_returns_it(string raw)
    {
        FilePath.TryNormalize(raw, out var path, out var error).Should().BeTrue(error);
        path.Should().Be(raw);
    }

    [Fact]
    public void TryNormalize_brings_the_path_to_form_C()
    {
        FilePath.TryNormalize("cafe\u0301.md", out var path, out _).Should().BeTrue();
        path.Should().Be("café.md");
    }

    [Fact]
    public void TryNormalize_accepts_exactly_1024_bytes()
    {
        var longest = string.Join('/', Enumerable.Repeat(new string('x', 255), 4)) + "x";
        FilePath.TryNormalize(longest[..^1], out _, out _).Should().BeTrue();
        FilePath.TryNormalize("y/" + string.Join('/', Enumerable.Repeat("abc", 256)), out _, out _).Should().BeFalse();
        FilePath.TryNormalize(string.Join('/', Enumerable.Repeat("abc", 256)) + "x", out _, out _).Should().BeTrue();
    }

    [Fact]
    public void NameOf_is_what_follows_the_last_slash()
    {
        FilePath.NameOf("a/b/c.md").Should().Be("c.md");
        FilePath.NameOf("c.md").Should().Be("c.md");
    }
}
