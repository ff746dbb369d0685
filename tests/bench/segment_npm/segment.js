// Segment's own code: `validate` of each parsed trigger, and `transform` of the mapping of those that match.
// node segment.js DEFINITION EVENTS ROUNDS EXTRA -> {"decoded": [seconds, ...], "text": [seconds, ...], "matches": n}
const { readFileSync } = require('fs')
const { transform } = require('@segment/actions-core')
const { parseFql, validate } = require('@segment/destination-subscriptions')

const [definition, file, rounds, extra] = process.argv.slice(2)
const presets = JSON.parse(readFileSync(definition, 'utf8')).presets.filter((one) => one.type === 'automatic')
const track = presets.find((one) => one.partnerAction === 'trackEvent')
for (let at = 0; at < Number(extra); at++) {
  presets.push({ subscribe: `type = "track" and event = "Event ${at}"`, mapping: track.mapping })
}
const subscriptions = presets.map((one) => ({ trigger: parseFql(one.subscribe), mapping: one.mapping }))
const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
const events = lines.map((line) => JSON.parse(line))

function payloads(event) {
  const made = []
  for (const one of subscriptions) {
    if (validate(one.trigger, event)) made.push(transform(one.mapping, event))
  }
  return made
}

function timed(inputs, decode) {
  let matches = 0
  const began = process.hrtime.bigint()
  for (const input of inputs) matches += payloads(decode ? JSON.parse(input) : input).length
  return [Number(process.hrtime.bigint() - began) / 1e9, matches]
}

const warm = timed(events, false)
const found = { decoded: [], text: [], matches: warm[1] }
for (let round = 0; round < Number(rounds); round++) {
  found.decoded.push(timed(events, false)[0])
  found.text.push(timed(lines, true)[0])
}
console.log(JSON.stringify(found))
