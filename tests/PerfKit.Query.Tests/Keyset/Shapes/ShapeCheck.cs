namespace PerfKit.Query.Tests.Keyset.Shapes;

/// <summary>Compares pages with the sort in memory.</summary>
internal sealed class ShapeCheck(KeysetTable table, int limit)
{
    /// <summary>The walks, forward and backward, whose pages joined are not the full sort.</summary>
    public async Task<List<string>> WrongAsync(KeysetShape shape)
    {
        var expected = shape.Sort(table.Rows);
        var wrong = new List<string>(0);
        foreach (var backward in new[] { false, true })
        {
            var (ids, pages) = await table.ReadAllAsync(shape.Order, limit, backward);
            if (!ids.SequenceEqual(expected) || pages != (expected.Count + limit - 1) / limit)
            {
                wrong.Add($"{(backward ? "backward" : "forward")} {shape}");
            }
        }

        return wrong;
    }

    /// <summary>
    /// The same while rows come and go: each row that was there from the first page to the last is seen exactly once, every row
    /// seen was there, and all of them stand in order.
    /// </summary>
    public async Task<List<string>> WrongWhileChangingAsync(KeysetShape shape, Random random)
    {
        var wrong = new List<string>(0);
        foreach (var backward in new[] { false, true })
        {
            var known = table.Rows.ToDictionary(static row => row.Id);
            var stayed = known.Keys.ToHashSet();
            var (ids, _) = await table.ReadAllAsync(shape.Order, limit, backward, ChangeAsync);
            var seen = ids.ToHashSet();
            if (
                seen.Count != ids.Count
                || !stayed.IsSubsetOf(seen)
                || !seen.IsSubsetOf(known.Keys)
                || !ids.SequenceEqual(shape.Sort(ids.Select(id => known[id])))
            )
            {
                wrong.Add($"{(backward ? "backward" : "forward")}, changing {shape}");
            }

            async Task ChangeAsync()
            {
                foreach (var row in KeysetRow.Random(random, random.Next(4)))
                {
                    known.Add(row.Id, row);
                    await table.InsertAsync(row);
                }

                for (var deleted = random.Next(4); deleted > 0 && table.Rows.Count > 0; deleted--)
                {
                    var row = table.Rows[random.Next(table.Rows.Count)];
                    stayed.Remove(row.Id);
                    await table.DeleteAsync(row);
                }
            }
        }

        return wrong;
    }
}
