namespace PerfKit.Streaming.Tests.Contract;

/// <summary>For each rule of the contract a store that breaks it.</summary>
internal static class FlawedStores
{
    public static readonly IReadOnlyDictionary<string, Func<IContentStore>> ByRule = new Dictionary<
        string,
        Func<IContentStore>
    >
    {
        ["A committed content is found under its hash and reads back as it was written"] = Reader(
            static (_, _, reader) => new OtherBytesReader(reader)
        ),
        ["A content of unknown length may come in pieces of any size"] = Writer(Flaw.LosesBlocks),
        ["A content is invisible until its commit"] = Writer(Flaw.PublishesAtFinish),
        ["A finished content reads back from its writer, before and after the commit"] = Writer(
            Flaw.ForgetsAfterCommit
        ),
        ["A writer that is disposed before its commit leaves nothing"] = Writer(Flaw.PublishesOnRelease),
        ["Fewer or more bytes than announced are refused and leave nothing"] = Writer(Flaw.IgnoresLength),
        ["A write that was cancelled cannot be finished and leaves nothing"] = Writer(Flaw.IgnoresCancellation),
        ["A call with a cancelled token throws and changes nothing"] = Delete(FlawedDeletes.Kind.IgnoresCancellation),
        ["Committing a content that is there keeps one"] = Writer(Flaw.RefusesPresent),
        ["Many writers of one content at once leave one, whole"] = Writer(Flaw.TakesOne),
        ["Many writers of different contents at once leave each, whole"] = Writer(Flaw.TakesOne),
        ["A conditional delete never takes a content that is being committed"] = Delete(
            FlawedDeletes.Kind.LooksThenDeletes
        ),
        ["A content that is not there is null, and deleting it is false"] = Delete(FlawedDeletes.Kind.SaysTrue),
        ["A read gives the bytes at its offset, and none behind the end"] = Reader(
            static (_, _, reader) => new WrappingAroundReader(reader)
        ),
        ["Reads of one reader at once do not disturb each other"] = Reader(
            static (_, _, reader) => new SharedPositionReader(reader)
        ),
        ["A range goes into a pipe as it was asked for"] = Reader(static (_, _, reader) => new ShortCopyReader(reader)),
        ["An open reader reads on after its content was deleted"] = Reader(
            static (store, hash, reader) => new ReopeningReader(store, hash, reader)
        ),
        ["A listing has every content once, in the order of the hashes"] = () =>
            new FlawedListings(FlawedListings.Backwards),
        ["A listing goes on behind any hash, held or not"] = () => new FlawedListings(FlawedListings.FromAfter),
        ["A listing by prefix has the hashes that begin with it"] = () =>
            new FlawedListings(FlawedListings.ByTwoDigits),
        ["A prefix that is not hex digits is refused"] = () => new FlawedListings(FlawedListings.ByAnyText),
        ["A listing while contents come and go has each that stays once"] = () =>
            new FlawedListings(FlawedListings.ByPosition),
        ["A delete removes a content once, and it can come again"] = Delete(FlawedDeletes.Kind.DoesNothing),
        ["A conditional delete keeps what was committed since, and removes what was not"] = Delete(
            FlawedDeletes.Kind.IgnoresCondition
        ),
        ["Committing a content again makes it young for a conditional delete"] = Delete(
            FlawedDeletes.Kind.KnowsFirstCommitOnly
        ),
    };

    private static Func<IContentStore> Writer(Flaw flaw) => () => new FlawedWriters(flaw);

    private static Func<IContentStore> Reader(Func<IContentStore, ContentHash, ContentReader, ContentReader> wrap) =>
        () => new FlawedReaders(wrap);

    private static Func<IContentStore> Delete(FlawedDeletes.Kind kind) => () => new FlawedDeletes(kind);
}
