using System.Buffers;

namespace PerfKit.Streaming.Tests.Contract;

internal enum Flaw
{
    None,
    LosesBlocks,
    PublishesAtFinish,
    ForgetsAfterCommit,
    PublishesOnRelease,
    IgnoresLength,
    IgnoresCancellation,
    RefusesPresent,
    TakesOne,
}

/// <summary>A store whose writers have one flaw.</summary>
internal sealed class FlawedWriters(Flaw flaw) : StoreDecorator(new MemoryContentStore())
{
    private int _taken;

    public override ValueTask<ContentWriter> CreateWriterAsync(long? length, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(new Writer(this, flaw, flaw == Flaw.IgnoresLength ? null : length));
    }

    private async Task PublishAsync(byte[] bytes)
    {
        if (flaw == Flaw.RefusesPresent && await Inner.GetInfoAsync(ContentHash.Compute(bytes)) is not null)
        {
            throw new IOException("It is there.");
        }

        if (flaw == Flaw.TakesOne && Interlocked.Increment(ref _taken) == 2)
        {
            throw new IOException("One is enough.");
        }

        await Inner.PutAsync(bytes);
    }

    private sealed class Writer(FlawedWriters store, Flaw flaw, long? length) : ContentWriter(length)
    {
        private readonly MemoryStream _bytes = new();
        private bool _published;

        protected override ValueTask WriteBlocksAsync(ReadOnlySequence<byte> blocks, long offset, CancellationToken ct)
        {
            if (flaw != Flaw.IgnoresCancellation)
            {
                ct.ThrowIfCancellationRequested();
            }

            _bytes.Position = flaw == Flaw.LosesBlocks ? 0 : offset;
            _bytes.Write(blocks.ToArray());
            return default;
        }

        protected override async ValueTask FinishBlocksAsync(CancellationToken ct)
        {
            if (flaw == Flaw.PublishesAtFinish)
            {
                await store.PublishAsync(_bytes.ToArray());
            }
        }

        protected override ContentReader OpenBlocks(long length) =>
            ContentReader.FromMemory(flaw == Flaw.ForgetsAfterCommit && _published ? default : _bytes.ToArray());

        protected override async ValueTask PublishAsync(ContentInfo content, CancellationToken ct)
        {
            await store.PublishAsync(_bytes.ToArray());
            _published = true;
        }

        protected override async ValueTask ReleaseAsync(bool committed)
        {
            if (flaw == Flaw.PublishesOnRelease && !committed)
            {
                await store.PublishAsync(_bytes.ToArray());
            }
        }
    }
}
