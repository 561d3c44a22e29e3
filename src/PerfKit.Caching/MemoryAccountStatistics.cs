namespace PerfKit.Caching;

/// <summary>What one account of a <see cref="MemoryBudget"/> holds and did.</summary>
/// <param name="UsedBytes">Bytes reserved and bytes of the pool's blocks that are rented now.</param>
/// <param name="Blocks">The pool's blocks that are rented now.</param>
/// <param name="Refusals">Reservations and rents that were refused.</param>
/// <param name="GivenBackBytes">Bytes the account said it gave back when it was asked.</param>
public readonly record struct MemoryAccountStatistics(long UsedBytes, long Blocks, long Refusals, long GivenBackBytes);
