namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// What must happen at once in Redis. All keys of a call lie in one slot, nothing is random, and no clock but its own decides. Where
/// versions are involved, KEYS begin with versions, tags, node, and ARGV with generation, an epoch to take if one is
/// needed, channel, node. Not constants, for those would be copied into the tests at their build.
/// </summary>
internal static class Scripts
{
    /// <summary>Takes the shard's key and new epoch. Tags of a lost epoch would outweigh the numbers that begin again.</summary>
    private const string Enter = """
        local v,t,n=KEYS[1],KEYS[2],KEYS[3]
        local function digits(x) return string.format('%016.0f',x) end
        local function raise(q)
          redis.call('HSET',v,'epoch',ARGV[2])
          redis.call('DEL',t)
          redis.call('ZADD',t,digits(q),'!')
          return ARGV[2],q
        end
        local function enter()
          local s=redis.call('HMGET',v,'epoch','seq')
          local q=tonumber(s[2] or '0')
          if not s[1] or not redis.call('ZSCORE',t,'!') then return raise(q) end
          return s[1],q
        end
        local function tell(kind,e,q,name)
          redis.call('PUBLISH',ARGV[3],kind..e..digits(q)..ARGV[4]..name)
        end

        """;

    private const string Fence = """
        if redis.call('GET',n)~=ARGV[1] then return {'','0'} end

        """;

    /// <summary>
    /// Makes the node's older generations void and, with a nonce, sends the message that a listener begins with.
    /// ARGV: nonce or empty, the epoch that cannot be trusted or empty.
    /// </summary>
    public static readonly string Join =
        Enter
        + """
            local e,q=enter()
            if e==ARGV[6] then e,q=raise(q) end
            local g=tonumber(redis.call('GET',n) or '0')
            if g<tonumber(ARGV[1]) then redis.call('SET',n,ARGV[1],'PX',3600000) end
            if ARGV[5]~='' then
              local all=tonumber(redis.call('ZSCORE',t,'*') or '0')
              local floor=tonumber(redis.call('ZSCORE',t,'!'))
              if all<floor then all=floor end
              tell('j',e,q,ARGV[5]..digits(all))
            end
            return {e,digits(q)}
            """;

    /// <summary>What a heartbeat asks: epoch, number, whether the tags are there, whether the node's generation is, clock.</summary>
    public static readonly string Beat = """
        local s=redis.call('HMGET',KEYS[1],'epoch','seq')
        local f=redis.call('ZSCORE',KEYS[2],'!')
        local n=redis.call('PEXPIRE',KEYS[3],3600000)
        local c=redis.call('TIME')
        return {s[1] or '',s[2] or '0',f and 1 or 0,n,c[1],c[2]}
        """;

    /// <summary>
    /// KEYS: key. ARGV: name, id, time to live, expiry, tags and payload, until when in microseconds of Redis's. One that
    /// comes later has been given up, and would undo what others removed since.
    /// </summary>
    public static readonly string Put =
        Enter
        + Fence
        + """
            local c=redis.call('TIME')
            if c[1]*1000000+c[2]>=tonumber(ARGV[10]) then return {'','late'} end
            local e=enter()
            local q=redis.call('HINCRBY',v,'seq',1)
            redis.call('SET',KEYS[4],'V1'..ARGV[6]..e..digits(q)..ARGV[8]..ARGV[9],'PX',ARGV[7])
            tell('k',e,q,ARGV[5])
            return {e,digits(q)}
            """;

    /// <summary>KEYS: keys. ARGV: their names.</summary>
    public static readonly string Remove =
        Enter
        + Fence
        + """
            local e,q=enter()
            for i=4,#KEYS do
              q=redis.call('HINCRBY',v,'seq',1)
              redis.call('DEL',KEYS[i])
              tell('k',e,q,ARGV[i+1])
            end
            return {e,digits(q)}
            """;

    /// <summary>ARGV: member, how many to keep. A hundredth is dropped at once, the oldest, and the floor is the last of them.</summary>
    public static readonly string RemoveTag =
        Enter
        + Fence
        + """
            local e=enter()
            local q=redis.call('HINCRBY',v,'seq',1)
            redis.call('ZADD',t,digits(q),ARGV[5])
            local over=redis.call('ZCARD',t)-tonumber(ARGV[6])
            if over>0 then
              over=over+math.floor(tonumber(ARGV[6])/100)
              local last=redis.call('ZRANGE',t,over-1,over-1,'WITHSCORES')
              redis.call('ZREMRANGEBYRANK',t,0,over-1)
              redis.call('ZADD',t,last[2],'!')
            end
            tell('t',e,q,ARGV[5])
            return {e,digits(q)}
            """;

    /// <summary>Puts a claim where an invalid value is. ARGV: how that begins, claim, lease.</summary>
    public static readonly string Replace = """
        local o=ARGV[1]
        local s=redis.call('GETRANGE',KEYS[1],0,math.max(#o-1,0))
        if s~=o then return 0 end
        redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3])
        return 1
        """;

    /// <summary>Marks another's claim as waited for. ARGV: its token, the lease. How long it lasts at most, or 0 where it has gone.</summary>
    public static readonly string Await = """
        if redis.call('GETRANGE',KEYS[1],0,17)~=ARGV[1] then return 0 end
        redis.call('SETRANGE',KEYS[1],18,'1')
        local p=redis.call('PTTL',KEYS[1])
        if p<0 then
            p=tonumber(ARGV[2])
            redis.call('PEXPIRE',KEYS[1],p)
        end
        return p
        """;

    /// <summary>ARGV: token, lease.</summary>
    public static readonly string Renew = """
        if redis.call('GETRANGE',KEYS[1],0,17)~=ARGV[1] then return 0 end
        return redis.call('PEXPIRE',KEYS[1],ARGV[2])
        """;

    /// <summary>ARGV: token, channel, message that wakes.</summary>
    public static readonly string Release = """
        local s=redis.call('GETRANGE',KEYS[1],0,18)
        if string.sub(s,1,18)~=ARGV[1] then return 0 end
        redis.call('DEL',KEYS[1])
        if string.sub(s,19,19)=='1' then redis.call('PUBLISH',ARGV[2],ARGV[3]) end
        return 1
        """;

    /// <summary>
    /// A claim's holder writes. One command where the claim stands; where it does not, what was there is put back with the
    /// time it had left. ARGV: token, value, time to live, channel, message that wakes, lease, Redis's milliseconds.
    /// </summary>
    public static readonly string WriteClaimed = """
        local o=redis.call('SET',KEYS[1],ARGV[2],'XX','GET','PX',ARGV[3])
        if not o then return 0 end
        if string.sub(o,1,18)==ARGV[1] then
          if string.sub(o,19,19)=='1' then redis.call('PUBLISH',ARGV[4],ARGV[5]) end
          return 1
        end
        local left=tonumber(ARGV[6])
        if string.sub(o,1,2)=='V1' then left=(tonumber(string.sub(o,51,66)) or 0)-tonumber(ARGV[7]) end
        if left<1 then left=1 end
        redis.call('SET',KEYS[1],o,'PX',string.format('%.0f',left))
        return 0
        """;

    /// <summary>Replaces the value that was read. ARGV: its token, value, time to live.</summary>
    public static readonly string WriteSeen = """
        if redis.call('GETRANGE',KEYS[1],0,17)~=ARGV[1] then return 0 end
        redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3])
        return 1
        """;

    /// <summary>
    /// Writes if the writer has heard all there is. KEYS: versions, key. ARGV: epoch, number heard, value, time to live,
    /// channel, message that wakes. Gives -1 if written, -2 in another epoch, else the number to hear first.
    /// </summary>
    public static readonly string WriteBlind = """
        local s=redis.call('HMGET',KEYS[1],'epoch','seq')
        if s[1]~=ARGV[1] then return -2 end
        local q=tonumber(s[2] or '0')
        if q>tonumber(ARGV[2]) then return q end
        local o=redis.call('GETRANGE',KEYS[2],0,18)
        redis.call('SET',KEYS[2],ARGV[3],'PX',ARGV[4])
        if string.sub(o,1,2)=='C1' and string.sub(o,19,19)=='1' then redis.call('PUBLISH',ARGV[5],ARGV[6]) end
        return -1
        """;
}
