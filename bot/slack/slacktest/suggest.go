package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Suggest has user type query into an external select with this action_id, and
// returns the options that are offered.
func (s *Server) Suggest(user, where, actionID, query string) Result {
	s.mu.Lock()
	m, v := s.at(where)
	u, in := s.person(user, s.channelOf(m))
	p, id := s.frame("block_suggestion", u, in, "")
	delete(p, "trigger_id")
	var blocks []object
	switch {
	case v != nil:
		blocks = v.Blocks
		p["container"], p["view"] = object{"type": "view", "view_id": v.ID}, s.viewObject(v, nil)
	case m != nil:
		blocks = m.Blocks
		s.place(p, s.channels[m.Channel], m)
	}
	el, block := find(blocks, actionID)
	if el == nil {
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("nothing is called %q", actionID)}
	}
	p["action_id"], p["block_id"], p["value"] = actionID, block, query
	p = clone(p)
	s.mu.Unlock()
	r := s.send(&Delivery{Kind: "interactive", Type: "block_suggestion", Team: u.Team, payload: p}, id)
	if r.Acked {
		r.Options, r.Err = s.readOptions(r.Body)
	}
	return r
}

// readOptions validates the answer to a block_suggestion.
func (s *Server) readOptions(body []byte) ([]Option, error) {
	var answer object
	v := newValidator(inModal)
	if err := json.Unmarshal(body, &answer); err != nil {
		v.wrong("", "is not JSON")
	}
	if answer["option_groups"] != nil {
		v.groups("", answer)
	} else {
		for i, o := range v.list("", answer, "options", 0, "options.response") {
			v.options(fmt.Sprintf("/%d", i), object{"o": []any{o}}, "o", "")
		}
	}
	if len(v.complaint) > 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.core.Violate(RuleAnswer, "block_suggestion", strings.Join(v.complaint, "; "))
		return nil, &apiError{code: "invalid_options", messages: v.complaint}
	}
	lists := []any{answer["options"]}
	if groups, ok := answer["option_groups"].([]any); ok {
		for _, g := range groups {
			lists = append(lists, g.(object)["options"])
		}
	}
	var out []Option
	for _, l := range lists {
		all, _ := l.([]any)
		for _, o := range all {
			x := o.(object)
			out = append(out, Option{x["text"].(object)["text"].(string), x["value"].(string)})
		}
	}
	return out, nil
}
