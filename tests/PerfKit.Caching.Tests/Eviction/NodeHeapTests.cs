using CsCheck;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Eviction;

public sealed class NodeHeapTests
{
    [Fact]
    public void The_least_of_a_heap_is_always_the_least_of_a_list_and_every_node_knows_its_place() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 30], Gen.Int[0, 1_000])
            .Array[1, 200]
            .Sample(static steps => new Run().Play(steps), iter: 2_000);

    private sealed class Run
    {
        private readonly NodeHeap _heap = new();
        private readonly List<(PolicyNode Node, double Priority)> _model = [];

        public bool Play((int Kind, int Pick, int Priority)[] steps)
        {
            foreach (var (kind, pick, priority) in steps)
            {
                Step(kind, pick, priority);
                if (!IsRight())
                {
                    return false;
                }
            }

            while (_model.Count > 0) // Every node can still be removed by the place it knows.
            {
                TakeOut(_model.Count / 2);
                if (!IsRight())
                {
                    return false;
                }
            }

            return true;
        }

        private void Step(int kind, int pick, int priority)
        {
            if (kind < 5 || _model.Count == 0)
            {
                var node = new TestNode(0);
                _heap.Add(node, priority);
                _model.Add((node, priority));
            }
            else if (kind < 7)
            {
                TakeOut(pick % _model.Count);
            }
            else if (kind < 9)
            {
                var node = _model[pick % _model.Count].Node;
                _heap.Change(node, priority);
                _model[pick % _model.Count] = (node, priority);
            }
            else if (pick == 0)
            {
                _heap.Clear();
                _model.Clear();
            }
        }

        private void TakeOut(int at)
        {
            _heap.Remove(_model[at].Node);
            _model.RemoveAt(at);
        }

        private bool IsRight() =>
            _heap.Count == _model.Count
            && _model.Select(static pair => pair.Node.Place).Distinct().Count() == _model.Count
            && _model.TrueForAll(pair => pair.Node.Place < _model.Count)
            && (
                _model.Count == 0
                || (
                    _heap.Least.Priority == _model.Min(static pair => pair.Priority)
                    && _model.Contains(_heap.Least)
                    && _heap.Least.Node.Place == 0
                )
            );
    }
}
