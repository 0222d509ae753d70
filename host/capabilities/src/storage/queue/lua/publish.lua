-- KEYS: the stream. ARGV: the bound, then events, each with its type, target and key. How many there was room for.
local most = tonumber(ARGV[1])
for i = 2, #ARGV, 4 do
  if full(KEYS[1], most) then return (i - 2) / 4 end
  add(KEYS[1], ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
return (#ARGV - 1) / 4
