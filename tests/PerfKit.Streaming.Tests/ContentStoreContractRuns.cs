using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests;

public sealed class LocalContentStoreContractTests : ContentStoreContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public LocalContentStoreContractTests()
    {
        Store = new LocalContentStore(new LocalContentStoreOptions { Root = _folder.Path, Durable = false });
    }

    protected override IContentStore Store { get; }

    public void Dispose() => _folder.Dispose();
}

public sealed class DurableContentStoreContractTests : ContentStoreContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public DurableContentStoreContractTests()
    {
        Store = new LocalContentStore(new LocalContentStoreOptions { Root = _folder.File("made") });
    }

    protected override IContentStore Store { get; }

    public void Dispose() => _folder.Dispose();
}

public sealed class MemoryContentStoreContractTests : ContentStoreContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();
}
