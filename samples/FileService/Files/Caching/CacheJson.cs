using System.Text.Json.Serialization;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Files.Caching;

/// <summary>
/// What goes to Redis and into the outbox. An instance of another version may read it: a parameter that is missing is a miss,
/// a property that is missing is its default, so give a changed meaning a new name.
/// </summary>
[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(WorkspaceRow))]
[JsonSerializable(typeof(FileRow))]
[JsonSerializable(typeof(FileStorageRow[]))]
[JsonSerializable(typeof(KeysetPage<FileView>))]
[JsonSerializable(typeof(SearchPage))]
[JsonSerializable(typeof(Invalidation))]
internal sealed partial class CacheJson : JsonSerializerContext;
