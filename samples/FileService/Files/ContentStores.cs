using System.Collections.Concurrent;
using FileService.Data;
using FileService.Setup;
using Microsoft.Extensions.Options;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// The content stores behind storage resources: one folder a tenant below the resource's locator, so that equal contents
/// are shared within a tenant and never across.
/// </summary>
internal sealed class ContentStores(
    IOptions<StorageOptions> options,
    Func<IContentStore, IContentStore>? decorate = null
)
{
    private readonly ConcurrentDictionary<(string Root, string Tenant), IContentStore> _stores = new();

    /// <summary>The storage that uploads go to; set when the service starts.</summary>
    public StorageRow Primary { get; set; } = new();

    public IContentStore PrimaryFor(string tenant) => For(Primary.Locator, tenant);

    /// <summary>The store of a tenant on a storage.</summary>
    /// <exception cref="ProblemException">503: the storage's root is gone, for instance not mounted.</exception>
    public IContentStore For(string locator, string tenant)
    {
        var root = RootOf(locator);
        if (_stores.TryGetValue((root, tenant), out var known) && Directory.Exists(root))
        {
            return known;
        }

        if (!Directory.Exists(root))
        {
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable,
                "storage-missing",
                $"The root of storage '{Path.GetFileName(root)}' does not exist; mount or create it."
            )
            {
                RetryAfterSeconds = 30,
            };
        }

        return _stores.GetOrAdd((root, tenant), static (key, state) => state.Create(key.Root, key.Tenant), this);
    }

    /// <summary>A locator as a full path; relative ones lie in the data folder.</summary>
    public string RootOf(string locator) => Path.GetFullPath(locator, options.Value.Root);

    private IContentStore Create(string root, string tenant)
    {
        var store = new LocalContentStore(new LocalContentStoreOptions { Root = Path.Combine(root, tenant) });
        return decorate is null ? store : decorate(store);
    }
}
