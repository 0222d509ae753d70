-- From the list that anybody pushes to into the stream. KEYS: the list, what is on its way, the stream, what is refused.
-- ARGV: the bound of the stream, the longest event, how many.
local list, moving, stream, refused = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local count = 0
if full(stream, tonumber(ARGV[1])) then return -1 end
while count < tonumber(ARGV[3]) do
  local event = redis.call('RPOP', moving) or redis.call('RPOP', list)
  if not event then break end
  count = count + 1
  local kind, target, key = read(event)
  if kind and #event <= tonumber(ARGV[2]) then
    add(stream, event, kind, target, key)
  else
    local why = kind and 'it is too large' or 'it is no event: JSON with `id` and `type` is needed'
    redis.call('XADD', refused, 'MAXLEN', '~', 10000, '*', 'event', event:sub(1, tonumber(ARGV[2])), 'type', kind or '',
      'key', '', 'attempts', 0, 'error', why, 'done', '')
  end
end
return count
