using System.Collections.Concurrent;
using FileService.Data;

namespace FileService.Files.Caching;

/// <summary>
/// Write transactions that take out of the caches what they changed. Where Redis keeps entries beyond a process, the
/// transaction also notes what that is in <c>cache_outbox</c>: when the process ends between its commit and the removal, or knows
/// nothing of that Redis, the note is there, and <see cref="InvalidationRelay"/> of any instance removes it. A database that was
/// never served with Redis gets no notes: a crash takes the caches with it.
/// </summary>
internal sealed class InvalidatingWrites(Database database, MetadataCache cache, CacheRule rule, TimeProvider clock)
{
    private const int MaxDone = 10_000;

    private readonly ConcurrentQueue<Guid> _done = new();

    /// <summary>Runs a write and what follows from it; when it completes, nobody here reads what was there before.</summary>
    /// <param name="work">Gives its result and what it changed, or null for nothing.</param>
    /// <param name="ct">Ends the write, not the removal behind its commit.</param>
    public async Task<T> RunAsync<T>(
        Func<WriteScope, Task<(T Result, Invalidation? Changed)>> work,
        CancellationToken ct
    )
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        Invalidation? changed = null;
        T result;
        try
        {
            result = await database.WriteAsync(
                async scope =>
                {
                    (var made, var what) = await work(scope);
                    if (what is not null)
                    {
                        await scope.NoteWhereSharedAsync(id, what);
                    }

                    changed = what;
                    return made;
                },
                ct
            );
        }
        catch when (changed is not null)
        {
            // It failed at the commit, and whether that took place is not known. If it did, its note is there as well.
            await cache.RemoveAsync(changed);
            throw;
        }

        if (changed is not null && await cache.RemoveAsync(changed) && rule.HasRedis && _done.Count < MaxDone)
        {
            _done.Enqueue(id); // A note too many costs a removal more, which does no harm.
        }

        return result;
    }

    /// <summary>Notes that a storage holds these files' contents, for a sync of either side.</summary>
    public Task<int> MarkSyncedAsync(
        WorkspaceRow workspace,
        StorageRow storage,
        IReadOnlyList<FileRow> held,
        long now,
        CancellationToken ct
    ) =>
        RunAsync(
            async scope =>
            {
                var marked = await scope.MarkSyncedAsync(storage.Id, "replica", held, now);
                return (marked, held.Count > 0 ? Invalidation.OfStorages(workspace.Id, held) : null);
            },
            ct
        );

    /// <summary>Notes whose removal has reached Redis: dropped together, for a statement each would double a small write's trips.</summary>
    public List<Guid> TakeDone(int most)
    {
        var done = new List<Guid>();
        while (done.Count < most && _done.TryDequeue(out var id))
        {
            done.Add(id);
        }

        return done;
    }
}
