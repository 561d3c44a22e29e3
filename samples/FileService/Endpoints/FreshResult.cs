using FileService.Files;
using FileService.Files.Caching;
using PerfKit.Query;

namespace FileService.Endpoints;

/// <summary>
/// Answers with a file's content, and looks the file up again when its content was collected between the look-up and the
/// opening: then it was replaced, and the new content is sent, or removed, and the answer is 404. What the caches know of such a
/// file is dropped first. No connection is held while it opens and converts.
/// </summary>
internal sealed class FreshResult(
    IConnectionScope connection,
    MetadataCache cache,
    Func<ValueTask<FileContent>> find,
    Func<FileContent, ValueTask<IResult>> answer
) : IResult
{
    private const int Tries = 5;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var found = await FindAsync();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await answer(found);
                await result.ExecuteAsync(httpContext);
                return;
            }
            catch (ContentVanishedException) when (!httpContext.Response.HasStarted)
            {
                await cache.DropAsync(found.File);
                var again = await FindAsync();
                if (again.File.Id == found.File.Id && again.File.Version == found.File.Version)
                {
                    throw; // Nobody touched the file: its content is really lost.
                }

                if (attempt == Tries)
                {
                    throw ProblemException.Busy("The file changes faster than it can be opened; try again.");
                }

                found = again;
            }
        }
    }

    private async ValueTask<FileContent> FindAsync()
    {
        var found = await find();
        await connection.ReleaseAsync();
        return found;
    }
}
