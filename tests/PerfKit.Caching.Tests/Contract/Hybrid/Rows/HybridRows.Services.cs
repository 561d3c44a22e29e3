using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching.Tests.Contract.Rows;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

// Serializers, limits and names.
internal static partial class HybridRows
{
    private const string Serialization = "Learn, Serialization";
    private const string Limit = "Learn, Limits";

    private static IEnumerable<ContractRow> Serializers(HybridStand stand) =>
        [
            Row(
                stand,
                "a registered serializer of a type is used for it",
                Serialization,
                () =>
                    TokenWrittenAsync(
                        stand,
                        static s => s.AddSingleton<IHybridCacheSerializer<Coin>>(new Coins("own")),
                        "own"
                    )
            ),
            Row(
                stand,
                "a registered factory's serializer is used for a type it takes",
                Serialization,
                () =>
                    TokenWrittenAsync(
                        stand,
                        static s => s.AddSingleton<IHybridCacheSerializerFactory>(new Mint("factory")),
                        "factory"
                    )
            ),
            Row(
                stand,
                "a serializer of the type goes before a factory",
                Serialization,
                () =>
                    TokenWrittenAsync(
                        stand,
                        static s =>
                        {
                            s.AddSingleton<IHybridCacheSerializerFactory>(new Mint("factory"));
                            s.AddSingleton<IHybridCacheSerializer<Coin>>(new Coins("own"));
                        },
                        "own"
                    )
            ),
            Row(
                stand,
                "of several factories the one registered last goes first",
                Serialization,
                () => TokenWrittenAsync(stand, AddTwoMints, "last")
            ),
            Row(stand, "a factory is not asked for texts and bytes", Serialization, () => BuiltInAsync(stand)),
            Row(stand, "a type that a factory refuses goes through JSON", Serialization, () => RefusedAsync(stand)),
            Row(
                stand,
                "all else goes through System.Text.Json and heeds its attributes",
                Serialization,
                () => JsonAsync(stand)
            ),
            Row(
                stand,
                "JSON options registered under the serializer's type count",
                "IHybridCacheSerializer, the default's options",
                () => JsonOptionsAsync(stand)
            ),
        ];

    private static IEnumerable<ContractRow> Limits(HybridStand stand) =>
        [
            Row(
                stand,
                "a key of 1,024 characters is cached, one of 1,025 is not",
                Limit,
                () => KeyLengthAsync(stand.Cache)
            ),
            Row(stand, "a key beyond MaximumKeyLength works uncached and is logged", Limit, () => LongKeyAsync(stand)),
            Row(
                stand,
                "a value beyond MaximumPayloadBytes is given, logged and not kept",
                Limit,
                () => LargeValueAsync(stand)
            ),
            Row(
                stand,
                "a value set beyond MaximumPayloadBytes is logged and not kept, and harms nobody",
                Limit,
                () => LargeSetAsync(stand)
            ),
            Row(stand, "a value below MaximumPayloadBytes is kept", Limit, () => SmallValueAsync(stand)),
            .. stand.IsOurs
                ? new[]
                {
                    Row(
                        stand,
                        "a key that is not valid UTF-16 works uncached",
                        "TieredCacheOptions.MaximumKeyLength; the framework's caches it",
                        () => UncachedAsync(stand.Cache, NewKey() + "\ud83d")
                    ),
                }
                : [],
            Row(
                stand,
                "two keyed caches of one process share nothing",
                "AddKeyedHybridCache",
                async () =>
                {
                    var (one, two) = stand.MakeTwo();
                    var key = NewKey();
                    await one.SetAsync(key, "one");
                    await HoldsAsync(two, key, null, "what the other has");
                    await two.SetAsync(key, "two");
                    await two.RemoveAsync(key);
                    await HoldsAsync(one, key, "one", "what the other removed");
                }
            ),
        ];

    private static void AddTwoMints(IServiceCollection services)
    {
        services.AddSingleton<IHybridCacheSerializerFactory>(new Mint("first"));
        services.AddSingleton<IHybridCacheSerializerFactory>(new Mint("last"));
    }

    /// <summary>A mutable value is written and read by its serializer in every process, alone too.</summary>
    private static async Task TokenWrittenAsync(HybridStand stand, Action<IServiceCollection> add, string expected)
    {
        var cache = await stand.MakeAsync(HybridSettings.WithServices(add));
        var key = NewKey();
        await cache.SetAsync(key, new Coin { Worth = 5 });
        var read = await FindAsync<Coin>(cache, key);
        Must(read.Value?.Worth == 5, "it is read as something else");
        Must(read.Value!.By == expected, $"it was read by '{read.Value.By}' and not by '{expected}'");
    }

    private static async Task BuiltInAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(
            HybridSettings.WithServices(static s => s.AddSingleton<IHybridCacheSerializerFactory>(new Greedy()))
        );
        var (text, bytes) = (NewKey(), NewKey());
        await cache.SetAsync(text, "text");
        await cache.SetAsync(bytes, new byte[] { 1, 2 });
        await HoldsAsync(cache, text, "text", "the text");
        Must((await FindAsync<byte[]>(cache, bytes)).Value is [1, 2], "the bytes are something else");
    }

    private static async Task RefusedAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(
            HybridSettings.WithServices(static s => s.AddSingleton<IHybridCacheSerializerFactory>(new Mint("factory")))
        );
        await ReadAsSetAsync(cache, cache, new Note("text", 7));
    }

    private static async Task JsonAsync(HybridStand stand)
    {
        var key = NewKey();
        await stand.Cache.SetAsync(key, new Form { Kept = "kept", Left = "left" });
        var read = await FindAsync<Form>(stand.Cache, key);
        Must(read.Value?.Kept == "kept", "what is to be kept is not");
        Must(read.Value!.Left is null, "what is to be left out is kept");
    }

    private static async Task JsonOptionsAsync(HybridStand stand)
    {
        var options = new JsonSerializerOptions { Converters = { new Shouting() } };
        var cache = await stand.MakeAsync(
            HybridSettings.WithServices(s =>
                s.AddKeyedSingleton<JsonSerializerOptions>(typeof(IHybridCacheSerializer<Pad>), options)
            )
        );
        var key = NewKey();
        await cache.SetAsync(key, new Pad { Text = "loud" });
        var read = await FindAsync<Pad>(cache, key);
        Must(read.Value?.Text == "LOUD", $"its converter is not used: '{read.Value?.Text}'");
    }

    private static async Task KeyLengthAsync(HybridCache cache)
    {
        var longest = NewKey().PadRight(1_024, 'k');
        await cache.SetAsync(longest, "set");
        await HoldsAsync(cache, longest, "set", "the longest");
        await UncachedAsync(cache, longest + 'k');
    }

    private static async Task LongKeyAsync(HybridStand stand)
    {
        using var log = new KeptLog<HybridStand>();
        var cache = await stand.MakeAsync(new HybridSettings { MaximumKeyLength = 50, Log = log });
        var before = Complaints(log);
        await UncachedAsync(cache, new string('k', 51));
        Must(Complaints(log) > before, "nothing is logged");
    }

    private static async Task UncachedAsync(HybridCache cache, string key)
    {
        var maker = new Maker();
        Must(await cache.GetOrCreateAsync(key, maker.MakeAsync) == "made", "nothing is made");
        await cache.SetAsync(key, "set");
        Must(await cache.GetOrCreateAsync(key, maker.MakeAsync) == "made", "it is cached");
        Must(maker.Calls == 2, $"the factory was called {maker.Calls} times for two calls");
        await cache.RemoveAsync(key);
    }

    private static async Task LargeValueAsync(HybridStand stand)
    {
        using var log = new KeptLog<HybridStand>();
        var cache = await stand.MakeAsync(new HybridSettings { MaximumPayloadBytes = 1_000, Log = log });
        var key = NewKey();
        var before = Complaints(log);
        var made = await cache.GetOrCreateAsync(key, static _ => ValueTask.FromResult(new byte[1_001]));
        Must(made.Length == 1_001, "the caller has something else");
        Must(Complaints(log) > before, "nothing is logged");
        Must(!(await FindAsync<byte[]>(cache, key)).IsThere, "it is kept");
    }

    private static async Task LargeSetAsync(HybridStand stand)
    {
        using var log = new KeptLog<HybridStand>();
        var cache = await stand.MakeAsync(new HybridSettings { MaximumPayloadBytes = 1_000, Log = log });
        var key = NewKey();
        var before = Complaints(log);
        await cache.SetAsync(key, new byte[1_001]);
        Must(Complaints(log) > before, "nothing is logged");
        Must(!(await FindAsync<byte[]>(cache, key)).IsThere, "it is kept");
    }

    private static async Task SmallValueAsync(HybridStand stand)
    {
        var cache = await stand.MakeAsync(new HybridSettings { MaximumPayloadBytes = 1_000 });
        var key = NewKey();
        await cache.SetAsync(key, new byte[1_000]);
        Must((await FindAsync<byte[]>(cache, key)).Value?.Length == 1_000, "it is not kept");
    }

    private static int Complaints(KeptLog<HybridStand> log) =>
        log.Lines.Count(static line =>
            line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal)
        );

    private sealed class Coin
    {
        public int Worth { get; set; }

        [JsonIgnore]
        public string By { get; set; } = "";
    }

    private sealed class Form
    {
        [JsonPropertyName("k")]
        public string? Kept { get; set; }

        [JsonIgnore]
        public string? Left { get; set; }
    }

    /// <summary>Says of what it reads that it read it.</summary>
    private sealed class Coins(string by) : IHybridCacheSerializer<Coin>
    {
        public void Serialize(Coin value, IBufferWriter<byte> target) =>
            target.Write(Encoding.UTF8.GetBytes($"{by}:{value.Worth}"));

        public Coin Deserialize(ReadOnlySequence<byte> source)
        {
            var parts = Encoding.UTF8.GetString(source).Split(':');
            return new Coin { By = parts[0], Worth = int.Parse(parts[1], null) };
        }
    }

    /// <summary>Makes serializers of coins alone.</summary>
    private sealed class Mint(string by) : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = new Coins(by) as IHybridCacheSerializer<T>;
            return serializer is not null;
        }
    }

    /// <summary>Takes every type, and must not be asked.</summary>
    private sealed class Greedy : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer) =>
            throw new InvalidOperationException($"asked for {typeof(T)}");
    }

    private sealed class Shouting : JsonConverter<Pad>
    {
        public override Pad Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            new() { Text = reader.GetString()! };

        public override void Write(Utf8JsonWriter writer, Pad value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Text.ToUpperInvariant());
    }
}
