using System.Text;
using FileService.Before;
using PerfKit.Query;

namespace FileService.Tests.Before;

public sealed class LikePatternTests
{
    [Theory]
    [InlineData("service", "%service%")]
    [InlineData("x86", "%x86%")]
    [InlineData("straße", "%stra_e%")]
    [InlineData("日本", "%__%")]
    [InlineData("𐐨a", "%_a%")]
    public void Containing_leaves_ascii_and_lets_any_character_stand_for_others(string word, string pattern) =>
        LikePattern.Containing(word).Should().Be(pattern);

    /// <summary>Why an ASCII letter may stay in the pattern: in form C nothing but itself, in either case, folds to it.</summary>
    [Fact]
    public void Fold_of_a_character_beyond_ascii_is_never_ascii()
    {
        Span<char> folded = stackalloc char[SearchTokenizer.MaxTokenBytes];
        for (var value = 0x80; value <= 0x10FFFF; value++)
        {
            if (!Rune.TryCreate(value, out var rune) || SearchText.Normalize(rune.ToString()) != rune.ToString())
            {
                continue;
            }

            var length = SearchTokenizer.Fold(rune.ToString(), folded);
            folded[..length].ToString().Any(char.IsAscii).Should().BeFalse("of U+{0:X4}", value);
        }
    }
}
