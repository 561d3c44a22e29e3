using FileService.Files;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace FileService.Endpoints;

/// <summary>Turns every failure into problem+json that names the fault; what is not expected says nothing of the inside.</summary>
internal sealed class ProblemWriter(ILogger<ProblemWriter> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var problem = Problems.Of(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError)
        {
            log.LogError(exception, "{Method} {Path} failed.", context.Request.Method, context.Request.Path);
        }

        await WriteAsync(context, problem);
        return true;
    }

    public static Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        if (problem.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var details = new ProblemDetails
        {
            Type = $"urn:perfkit:{problem.Name}",
            Title = problem.Name.Replace('-', ' '),
            Status = problem.Status,
            Detail = problem.Message,
        };
        if (problem.Parameter is not null)
        {
            details.Extensions["parameter"] = problem.Parameter;
        }

        return response.WriteAsJsonAsync(
            details,
            (System.Text.Json.JsonSerializerOptions?)null,
            "application/problem+json"
        );
    }
}
