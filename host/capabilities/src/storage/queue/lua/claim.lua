-- ARGV: the service, how long it may take (ms), how many, then the types that it handles, or `*`.
-- Gives the time until which they are taken; each as member, deliveries so far, event, handlers that have finished;
-- the time (ms) until something else is due, -1 for nothing; and the stream's last id when nothing else is waiting.
local group, lease, room = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local every, types = ARGV[4] == '*', {}
for i = 4, #ARGV do types[ARGV[i]] = true end
local now = milliseconds()
local claimed = {}

local function deliver(id, key, count, event, finished)
  redis.call('ZADD', due, now + lease, id .. '|' .. key)
  claimed[#claimed + 1] = {id .. '|' .. key, count, event, finished or ''}
end

-- What waited for another try or for its turn, or was in the hands of a host that is gone.
for _, member in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, room)) do
  local id, key = split(member)
  local entry = redis.call('XCLAIM', stream, group, 'tusk-host', 0, id)[1]
  if entry and entry[2] then
    local count = redis.call('XPENDING', stream, group, id, id, 1)[1][4]
    deliver(id, key, count, map(entry[2]).event or '', redis.call('HGET', done, id))
  else
    -- Somebody removed it from the stream.
    finish(group, member)
  end
end

local exhausted = false
while #claimed < room and not exhausted do
  local wanted = room - #claimed
  local read_now = redis.call('XREADGROUP', 'GROUP', group, 'tusk-host', 'COUNT', wanted, 'STREAMS', stream, '>')
  local entries = read_now and read_now[1] and read_now[1][2] or {}
  exhausted = #entries < wanted
  for _, entry in ipairs(entries) do
    local id, fields = entry[1], map(entry[2])
    local kind, target, key = fields.type, fields.target or '', fields.key or ''
    if not kind then kind, target, key = read(fields.event or '') end
    local mine = kind and (every or types[kind]) and (target == '' or target == group)
    if fields.only then mine = fields.only == group end
    if not kind then
      bury(fields.event or '', '', '', 0, 'it is no event: JSON with `id` and `type` is needed', '')
    end
    if not mine then
      redis.call('XACK', stream, group, id)
    else
      if fields.done then redis.call('HSET', done, id, fields.done) end
      if key ~= '' and redis.call('RPUSH', lines .. key, id) > 1 then
        -- Not delivered yet: it waits for its turn.
        redis.call('XCLAIM', stream, group, 'tusk-host', 0, id, 'RETRYCOUNT', 0, 'JUSTID')
      else
        deliver(id, key, 1, fields.event or '', fields.done)
      end
    end
  end
end

local next_due, last = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2], ''
if exhausted then last = map(redis.call('XINFO', 'STREAM', stream))['last-generated-id'] end
return {now + lease, claimed, next_due and math.max(0, next_due - now) or -1, last}
