using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Syntax;

namespace FileService.Files.Conversions;

/// <summary>
/// Bounds what one document may cost. Parts of Markdown parsing are quadratic for hostile input (<c>[a](</c> repeated
/// 80,000 times keeps a core busy for over 15 seconds), so before every step of the parser a clock and the caller's
/// cancellation are looked at, and a paragraph or table has a bounded number of lines.
/// </summary>
internal sealed class MarkdownBudget : IMarkdownExtension
{
    /// <summary>The most lines of one paragraph or table.</summary>
    public const int MaxParagraphLines = 20_000;

    private const int StepsPerLook = 16;
    private static readonly object Key = new();

    /// <summary>What the parser is given so that it stops at the limit or when the caller leaves.</summary>
    public static MarkdownParserContext Start(TimeProvider clock, TimeSpan limit, CancellationToken cancellationToken)
    {
        var context = new MarkdownParserContext();
        context.Properties.Add(Key, new Limit(clock, clock.GetTimestamp(), limit, cancellationToken));
        return context;
    }

    public void Setup(MarkdownPipelineBuilder pipeline)
    {
        pipeline.BlockParsers.Insert(0, new Blocks());
        pipeline.InlineParsers.Insert(0, new Inlines());
    }

    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer) { }

    private static void Step(MarkdownParserContext? context)
    {
        if (context?.Properties.TryGetValue(Key, out var limit) == true)
        {
            ((Limit)limit).Step();
        }
    }

    private sealed class Limit(TimeProvider clock, long started, TimeSpan limit, CancellationToken cancellationToken)
    {
        private int _steps;

        public void Step()
        {
            if (++_steps % StepsPerLook != 0)
            {
                return;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (clock.GetElapsedTime(started) > limit)
            {
                throw new ConversionException(
                    $"The Markdown takes longer than {limit.TotalSeconds:0.#} seconds to convert: it is too tangled."
                );
            }
        }
    }

    private sealed class Blocks : BlockParser
    {
        public override BlockState TryOpen(BlockProcessor processor)
        {
            Step(processor.Context);
            return processor.CurrentBlock is ParagraphBlock { Lines.Count: > MaxParagraphLines }
                ? throw new ConversionException(
                    $"The Markdown has a paragraph or table of more than {MaxParagraphLines} lines, the most that is converted.",
                    $"line {processor.LineIndex + 1}"
                )
                : BlockState.None;
        }
    }

    private sealed class Inlines : InlineParser
    {
        // What the costly parsers begin with.
        public Inlines() =>
            OpeningCharacters = ['[', ']', '!', '(', '*', '_', '~', '`', '<', '&', '|', '\\', 'h', 'w', '\n'];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            Step(processor.Context);
            return false;
        }
    }
}
