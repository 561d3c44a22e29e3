// One at a time: many of them hold a real Redis to deadlines of tens of milliseconds, which the others' work would pass.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
