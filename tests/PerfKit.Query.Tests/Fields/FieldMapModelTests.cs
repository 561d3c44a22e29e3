using CsCheck;

namespace PerfKit.Query.Tests.Fields;

/// <summary>Random maps, callers, permissions and orders, against sets made the plain way.</summary>
public sealed class FieldMapModelTests
{
    private const int MaxFields = 10;

    private static readonly Gen<(int Kind, int Needs)[]> Fields = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 255]).Array[
        1,
        MaxFields
    ];

    private static readonly Gen<(int[] Names, int Allowed, int[] Sort)[]> Requests = Gen.Select(
        Gen.Int[-1, MaxFields].Array[0, 4],
        Gen.OneOf(Gen.Const(-1), Gen.Int[0, 1023]),
        Gen.Int[0, 4].Array[0, 3]
    ).Array[1, 60];

    [Fact]
    public void What_is_shown_is_what_was_asked_for_and_allowed_and_what_is_read_has_every_key()
    {
        Gen.Select(Fields, Requests, Gen.Int[2, 40])
            .Sample(
                static (fields, requests, maxLists) =>
                {
                    var model = new FieldModel(fields, maxLists);
                    foreach (var (names, allowed, sort) in requests)
                    {
                        model.Play(names, allowed, sort);
                    }
                },
                iter: 5_000
            );
    }

    private sealed class FieldModel
    {
        private readonly Dictionary<string, (string[] Columns, bool ByDefault)> _fields = [];
        private readonly List<string> _columns = []; // As they were added.
        private readonly HashSet<string> _dear = [];
        private readonly HashSet<string> _lists = [];
        private readonly KeysetFields _sortable = new KeysetFields(8).UniqueBy<long>("s0", "t.key0");
        private readonly FieldMap _map;
        private readonly int _maxLists;

        public FieldModel((int Kind, int Needs)[] fields, int maxLists)
        {
            _maxLists = maxLists;
            _map = new FieldMap(maxLists);
            foreach (var (i, (kind, needs)) in fields.Index())
            {
                var column = kind == 1 ? $"length(t.c{i}) as c{i}" : $"t.c{i}";
                string[] columns = kind == 3 ? [.. Bits(needs).Select(static bit => $"t.key{bit}")] : [column];
                _ = kind == 3 ? _map.AddLoaded($"n{i}", columns) : _map.Add($"n{i}", column, byDefault: kind != 2);
                _fields.Add($"n{i}", (columns, kind < 2));
                _columns.AddRange(columns.Except(_columns));
                _ = kind == 2 && _dear.Add(column);
            }

            for (var i = 1; i < 5; i++)
            {
                _sortable.Add<long>($"s{i}", $"t.key{i}");
            }

            _map.AddKeysOf(_sortable);
            _columns.AddRange(Enumerable.Range(0, 5).Select(static i => $"t.key{i}").Except(_columns));
        }

        public void Play(int[] numbers, int allowedSet, int[] sort)
        {
            Func<string, bool>? isAllowed = allowedSet < 0 ? null : name => (allowedSet >> (name[1] - '0') & 1) != 0;
            var names = numbers.Select(static n => n < 0 ? "" : $"n{n}").ToList();
            var text = string.Join(',', names);
            var asked =
                text.Length == 0 ? [.. _fields.Where(static f => f.Value.ByDefault).Select(static f => f.Key)] : names;
            var good =
                text.Length == 0
                || (
                    names.Distinct().Count() == names.Count
                    && names.TrueForAll(name => _fields.ContainsKey(name) && IsAllowed(name))
                );

            var parsed = _map.TryParse(text, isAllowed, out var selection, out var error);

            Require(parsed == good && parsed == error is null, "the model decides otherwise");
            if (parsed)
            {
                var shown = _fields.Keys.Where(name => asked.Contains(name) && IsAllowed(name)).ToList();
                Require(_fields.Keys.Where(selection!.Shows).SequenceEqual(shown), "other fields are shown");
                Require(selection.ToString() == string.Join(',', shown), "the text shows other fields");
                CheckList(selection, shown, sort);
                names.Reverse();
                _map.TryParse(string.Join(',', names), isAllowed, out var again, out _);
                Require(Same(selection, again!, null), "the same set has another text");
            }

            bool IsAllowed(string name) => isAllowed?.Invoke(name) != false;
        }

        private void CheckList(FieldSelection selection, List<string> shown, int[] sort)
        {
            var text = string.Join(',', sort.Distinct().Select(static s => $"-s{s}"));
            Require(_sortable.TryParse(text, out var order, out _), "the sort is good");
            var needed = shown
                .SelectMany(name => _fields[name].Columns)
                .Concat(order!.Columns.Select(static c => c.Sql))
                .ToHashSet();

            var list = selection.SelectList(order);

            var read = list.Split(", ");
            Require(needed.IsSubsetOf(read), "a column is missing");
            Require(
                _columns.Where(read.Contains).SequenceEqual(read),
                "a text is not the program's, or not in its order"
            );
            Require(needed.Overlaps(_dear) || !_dear.Overlaps(read), "a dear column is read for nobody");
            Require(_lists.Count >= _maxLists - 2 || needed.Count == read.Length, "a column is read in vain");
            Require(Same(selection, selection, order), "the same set has another text");
            _lists.Add(list);
            Require(_lists.Count <= _maxLists, "there are more lists than may be");
        }

        private bool Same(FieldSelection one, FieldSelection other, KeysetOrder? order)
        {
            var (first, second) = (one.SelectList(order), other.SelectList(order));
            _lists.Add(first);
            return ReferenceEquals(first, second);
        }

        private static IEnumerable<int> Bits(int set) => Enumerable.Range(0, 8).Where(bit => (set >> bit & 1) != 0);

        private static void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw new InvalidOperationException(otherwise);
            }
        }
    }
}
