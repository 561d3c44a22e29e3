namespace PerfKit.RateLimit.Tests.Contract.Rows;

/// <summary>Thrown where a row finds its sentence broken.</summary>
public sealed class RowBrokenException(string message) : Exception(message);

/// <summary>Thrown where a row would have to wait for too long.</summary>
public sealed class RowEndsException : Exception;

/// <summary>Which kinds a row speaks of.</summary>
public enum On
{
    Every,
    Timed,
    Held,
}

/// <summary>A sentence that System.Threading.RateLimiting says or does, and how to find it broken.</summary>
/// <param name="Says">The sentence.</param>
/// <param name="On">Of which kinds.</param>
/// <param name="Check">Ends when it is kept, and throws when it is not.</param>
/// <param name="TheirFaults">The framework's kinds that do not keep it, and why it is asked for all the same.</param>
public sealed record Row(string Says, On On, Func<Subject, Task> Check, string? TheirFaults = null)
{
    public bool SpeaksOf(Kind kind) =>
        On switch
        {
            On.Timed => kind.IsTimed,
            On.Held => kind.IsHeld,
            _ => true,
        };

    /// <summary>Null when the kind keeps the row; else what is wrong.</summary>
    public async Task<string?> FaultAsync(Kind kind)
    {
        using var subject = new Subject(kind);
        try
        {
            await Check(subject);
            return null;
        }
        catch (RowEndsException)
        {
            return null;
        }
        catch (RowBrokenException broken)
        {
            return broken.Message;
        }
        catch (Exception fault)
        {
            return $"{fault.GetType().Name}: {fault.Message}";
        }
    }

    public override string ToString() => Says;
}
