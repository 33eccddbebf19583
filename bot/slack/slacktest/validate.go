package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"authfix/bot/fake"
)

// A surface is where blocks are shown.
type surface string

const (
	inMessage surface = "message"
	inModal   surface = "modal"
	inHome    surface = "home"
)

// A validator collects what is wrong with blocks, in the words of Slack's
// response_metadata.messages.
type validator struct {
	on        surface
	complaint []string
	blockIDs  map[string]bool
	actionIDs map[string]bool
	markdown  int // characters
	tables    int
	inputs    int // input blocks
}

type object = map[string]any

func newValidator(on surface) *validator {
	return &validator{on: on, blockIDs: map[string]bool{}, actionIDs: map[string]bool{}}
}

func (v *validator) wrong(at, format string, args ...any) {
	if len(v.complaint) < 20 {
		v.complaint = append(v.complaint, fmt.Sprintf("[ERROR] "+format, args...)+" [json-pointer:"+at+"]")
	}
}

// checkMessage validates a message's blocks.
func checkMessage(blocks []object) error {
	v := newValidator(inMessage)
	v.blocks("/blocks", blocks, at("message.blocks"))
	switch {
	case len(v.complaint) > 0:
		return &apiError{code: "invalid_blocks", messages: v.complaint}
	case v.markdown > at("markdown.text") || characters(blocks) > at("message.total"):
		return refuse("msg_blocks_too_long")
	}
	return nil
}

// characters counts what is read in blocks.
func characters(x any) int {
	n := 0
	fake.Walk(x, func(key, text string) {
		switch key {
		case "text", "alt_text", "title", "description", "label", "hint", "fallback":
			n += fake.Length(text)
		}
	})
	return n
}

// parseBlocks reads the argument "blocks".
func parseBlocks(raw string) ([]object, error) {
	var blocks []object
	if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
		return nil, refuse("invalid_blocks_format")
	}
	return blocks, nil
}

// fields checks that o has the required fields and none that is unknown.
func (v *validator) fields(at string, o object, required, optional string) bool {
	ok := true
	need := strings.Fields(required)
	for _, f := range need {
		if o[f] == nil {
			v.wrong(at, "missing required field: %s", f)
			ok = false
		}
	}
	allowed := strings.Fields(optional)
	for _, f := range slices.Sorted(maps.Keys(o)) {
		if f != "type" && !slices.Contains(need, f) && !slices.Contains(allowed, f) {
			v.wrong(at, "invalid additional property: %s", f)
			ok = false
		}
	}
	return ok
}

// text checks a string of 1..limit characters; it may be absent.
func (v *validator) text(at string, o object, key, limit string) string {
	x, there := o[key]
	if !there || x == nil {
		return ""
	}
	s, ok := x.(string)
	if !ok {
		v.wrong(at+"/"+key, "must provide a string")
		return ""
	}
	v.size(at+"/"+key, s, limit)
	return s
}

func (v *validator) size(where, s, limit string) {
	if s == "" {
		v.wrong(where, "must be more than 0 characters")
	}
	if limit != "" && fake.Length(s) > at(limit) {
		v.wrong(where, "must be less than %d characters", at(limit)+1)
	}
}

// textObject checks a text object of the given types.
func (v *validator) textObject(where string, o object, key, limit string, types ...string) {
	x, there := o[key]
	if !there || x == nil {
		return
	}
	where += "/" + key
	t, ok := x.(object)
	if !ok {
		v.wrong(where, "must provide an object")
		return
	}
	v.textValue(where, t, limit, types...)
}

func (v *validator) textValue(where string, t object, limit string, types ...string) {
	kind, _ := t["type"].(string)
	if !slices.Contains(types, kind) {
		v.wrong(where, "unsupported type: %s", kind)
		return
	}
	if kind == "mrkdwn" {
		v.fields(where, t, "text", "verbatim")
	} else {
		v.fields(where, t, "text", "emoji")
	}
	v.text(where, t, "text", limit)
}

const (
	plain  = "plain_text"
	mrkdwn = "mrkdwn"
)

// list returns an array of objects of at least least and at most limit.
func (v *validator) list(where string, o object, key string, least int, limit string) []object {
	x, there := o[key]
	if !there || x == nil {
		return nil
	}
	where += "/" + key
	raw, ok := x.([]any)
	if !ok {
		v.wrong(where, "must provide an array")
		return nil
	}
	if len(raw) < least {
		v.wrong(where, "no fewer than %d items required", least)
	}
	if limit != "" && len(raw) > at(limit) {
		v.wrong(where, "no more than %d items allowed", at(limit))
	}
	out := make([]object, 0, len(raw))
	for i, e := range raw {
		m, ok := e.(object)
		if !ok {
			v.wrong(fmt.Sprintf("%s/%d", where, i), "must provide an object")
			continue
		}
		out = append(out, m)
	}
	return out
}

// oneOf checks a string that is one of words; it may be absent.
func (v *validator) oneOf(where string, o object, key string, words ...string) {
	if x, there := o[key]; there && x != nil {
		if s, _ := x.(string); !slices.Contains(words, s) {
			v.wrong(where+"/"+key, "must be one of %s", strings.Join(words, ", "))
		}
	}
}

// whole checks a whole number; it may be absent.
func (v *validator) whole(where string, o object, key string, least int, limit string) {
	x, there := o[key]
	if !there || x == nil {
		return
	}
	n, ok := x.(float64)
	switch {
	case !ok || n != float64(int(n)):
		v.wrong(where+"/"+key, "must provide an integer")
	case int(n) < least:
		v.wrong(where+"/"+key, "must be at least %d", least)
	case limit != "" && int(n) > at(limit):
		v.wrong(where+"/"+key, "must be at most %d", at(limit))
	}
}

// flagged checks booleans; they may be absent.
func (v *validator) flagged(where string, o object, keys ...string) {
	for _, k := range keys {
		if x, there := o[k]; there && x != nil {
			if _, ok := x.(bool); !ok {
				v.wrong(where+"/"+k, "must provide a boolean")
			}
		}
	}
}
