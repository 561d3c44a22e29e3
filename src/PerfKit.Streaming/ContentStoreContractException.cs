namespace PerfKit.Streaming;

/// <summary>A store breaks a rule of the contract; the message names the rule and what was seen.</summary>
public sealed class ContentStoreContractException(string message, Exception? innerException = null)
    : Exception(message, innerException);
