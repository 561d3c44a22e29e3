using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace PerfKit.Query.Internal;

/// <summary>EF Core's event of a command that executes, for providers whose driver does not say it itself.</summary>
internal sealed class EfCoreStatements
    : IObserver<DiagnosticListener>,
        IObserver<KeyValuePair<string, object?>>,
        IDisposable
{
    private const string Listener = "Microsoft.EntityFrameworkCore";
    private const string Saving = "Microsoft.EntityFrameworkCore.Update.SaveChangesStarting";
    private const string Saved = "Microsoft.EntityFrameworkCore.Update.SaveChangesCompleted";
    private const string SaveFailed = "Microsoft.EntityFrameworkCore.Update.SaveChangesFailed";
    private const string SaveCanceled = "Microsoft.EntityFrameworkCore.Update.SaveChangesCanceled";
    private const string SaveRefused = "Microsoft.EntityFrameworkCore.Update.OptimisticConcurrencyException";
    private const string Executing = "Microsoft.EntityFrameworkCore.Database.Command.CommandExecuting";

    private readonly List<IDisposable> _subscriptions = [];
    private Getter? _command;
    private bool _ended;

    public EfCoreStatements()
    {
        Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == Listener)
        {
            Add(value.Subscribe(this, static (name, _, _) => IsHeard(name)));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        switch (value.Key)
        {
            case Executing:
                Hear(value.Value!);
                break;
            case Saving:
                _ = Hearing.Within(ScopeKind.Save);
                break;
            case Saved or SaveFailed or SaveCanceled or SaveRefused when Hearing.Scope is { Kind: ScopeKind.Save } save:
                save.Dispose();
                break;
            default:
                break;
        }
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }

    /// <summary>
    /// Outside the lock, since the runtime holds one of its own while it announces a source, and wants it to end a subscription.
    /// </summary>
    public void Dispose()
    {
        IDisposable[] subscriptions;
        lock (_subscriptions)
        {
            _ended = true;
            subscriptions = [.. _subscriptions];
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Dispose();
        }
    }

    private static bool IsHeard(string name) =>
        name is Executing or Saving or Saved or SaveFailed or SaveCanceled or SaveRefused;

    private void Hear(object eventData)
    {
        if (
            Hearing.Scope is { } scope
            && CommandOf(eventData) is { } command
            && command.GetType().Namespace != "Npgsql"
        )
        {
            DriverEcho.Expect(command.CommandText);
            scope.Count(command.CommandText);
        }
    }

    private void Add(IDisposable subscription)
    {
        lock (_subscriptions)
        {
            if (!_ended)
            {
                _subscriptions.Add(subscription);
                return;
            }
        }

        subscription.Dispose(); // Announced while this ended.
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2075",
        Justification = "Without the property, EF Core is not heard; this is for development and tests."
    )]
    private DbCommand? CommandOf(object eventData)
    {
        var type = eventData.GetType();
        var command = _command;
        if (command is null || command.Of != type)
        {
            var getter = type.GetProperty("Command")?.GetMethod;
            _command = command = new Getter(type, getter is null ? null : MethodInvoker.Create(getter));
        }

        return command.Invoker?.Invoke(eventData) as DbCommand;
    }

    private sealed record Getter(Type Of, MethodInvoker? Invoker);
}
