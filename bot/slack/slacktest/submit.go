package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"authfix/bot/fake"
)

// OpenViews returns the views that user has on the screen, the topmost last.
func (s *Server) OpenViews(user string) []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []View
	for _, id := range s.stacks[user] {
		out = append(out, *s.views[id])
	}
	return out
}

// Home returns what user sees on the app's Home.
func (s *Server) Home(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.homes[user]; v != nil {
		return *v, true
	}
	return View{}, false
}

// View returns a view by its id, also when it is closed.
func (s *Server) View(id string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.views[id]; v != nil {
		return *v, true
	}
	return View{}, false
}

// Submit has user fill in and submit the topmost view. Values go by action_id or
// block_id; of a select, the value or label of an option. The answer is done: the
// view is closed, updated or covered, or shows errors.
func (s *Server) Submit(user string, values map[string]string) Result {
	s.mu.Lock()
	u, in := s.person(user, nil)
	stack := s.stacks[user]
	if len(stack) == 0 {
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("%s has no view open", user)}
	}
	v := s.views[stack[len(stack)-1]]
	state, err := fillIn(v, values)
	if err != nil || v.json["submit"] == nil {
		s.mu.Unlock()
		if err == nil {
			err = fmt.Errorf("the view %q cannot be submitted", v.Title)
		}
		return Result{Err: err}
	}
	p, id := s.frame("view_submission", u, in, v.channel)
	p["view"], p["response_urls"] = s.viewObject(v, state), []object{}
	p = clone(p)
	s.mu.Unlock()
	r := s.send(&Delivery{Kind: "interactive", Type: "view_submission", Team: u.Team, payload: p}, id)
	if r.Acked {
		s.submitted(v, &r)
	}
	return r
}

// fillIn makes the state of a view.
func fillIn(v *View, values map[string]string) (object, error) {
	state, used := object{}, map[string]bool{}
	for _, b := range v.Blocks {
		el, ok := b["element"].(object)
		if b["type"] != "input" || !ok {
			continue
		}
		block, _ := b["block_id"].(string)
		action, _ := el["action_id"].(string)
		kind, _ := el["type"].(string)
		value, given := values[action]
		used[action] = given
		if !given {
			value, given = values[block]
			used[block] = given
		}
		if !given {
			value, _ = el["initial_value"].(string)
		}
		if action == "" {
			action = "action"
		}
		x := object{"type": kind}
		optional, _ := b["optional"].(bool)
		one, multi, selecting := isSelect(kind)
		switch {
		case value == "" && !optional && el["initial_option"] == nil && el["initial_options"] == nil && kind != "checkboxes":
			return nil, fmt.Errorf("the input %s must be filled in", block)
		case selecting && one != "static_select" && one != "external_select":
			x["selected_"+strings.TrimSuffix(one, "s_select")] = value
		case selecting || kind == "radio_buttons" || kind == "checkboxes":
			o := pick(el, value)
			if value == "" {
				o, _ = el["initial_option"].(object)
			} else if o == nil {
				return nil, fmt.Errorf("the input %s has no option %q", block, value)
			}
			if multi || kind == "checkboxes" {
				all := []object{}
				if o != nil {
					all = append(all, o)
				}
				x["selected_options"] = all
			} else {
				x["selected_option"] = o
			}
		default:
			if most, ok := el["max_length"].(float64); ok && fake.Length(value) > int(most) || fake.Length(value) > at("plain_text_input.max_length") {
				return nil, fmt.Errorf("the input %s takes no more than %s characters", block, defaultMost(el))
			}
			if value == "" {
				x["value"] = nil
			} else {
				x["value"] = value
			}
		}
		state[block] = object{action: x}
	}
	for k := range values {
		if !used[k] {
			return nil, fmt.Errorf("the view has no input %q", k)
		}
	}
	return state, nil
}

func defaultMost(el object) string {
	if most, ok := el["max_length"].(float64); ok {
		return strconv.Itoa(int(most))
	}
	return strconv.Itoa(at("plain_text_input.max_length"))
}

// submitted does what the answer to a submission says.
func (s *Server) submitted(v *View, r *Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.core.Change()
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	bad := func(why string) {
		s.core.Violate(RuleAnswer, "view_submission", why)
		r.Err = fmt.Errorf("the answer to the submission cannot be used: %s", why)
	}
	if body := strings.TrimSpace(string(r.Body)); body != "" && body != "null" {
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			bad("it is not JSON")
			return
		}
	}
	r.Action = answer.Action
	switch answer.Action {
	case "":
		s.pop(v.User)
	case "clear":
		s.dismiss(v.User)
	case "errors":
		if len(answer.Errors) == 0 {
			bad("there are no errors")
			return
		}
		for block := range answer.Errors {
			if !slices.ContainsFunc(v.Blocks, func(b object) bool { return b["block_id"] == block && b["type"] == "input" }) {
				bad("an error is for " + block + ", which is no input block")
				return
			}
		}
		r.Errors = answer.Errors
	case "update", "push":
		o, err := checkView(answer.View, inModal, false)
		switch {
		case err != nil:
			var why string
			if e, ok := err.(*apiError); ok {
				why = e.code + " " + strings.Join(e.messages, "; ")
			}
			bad(why)
		case answer.Action == "update":
			s.fill(v, o)
			v.Updates++
		case len(s.stacks[v.User]) >= at("view.stack"):
			bad("push_limit_reached")
		default:
			s.present(v.install, v.User, v.Team, o)
		}
	default:
		bad("response_action " + answer.Action + " is unknown")
	}
}

// CloseView has user close the topmost view, or with all the whole stack. The app
// is told where the view asks for it.
func (s *Server) CloseView(user string, all bool) Result {
	s.mu.Lock()
	u, in := s.person(user, nil)
	stack := s.stacks[user]
	if len(stack) == 0 {
		s.mu.Unlock()
		return Result{Err: fmt.Errorf("%s has no view open", user)}
	}
	v := s.views[stack[len(stack)-1]]
	if all {
		s.dismiss(user)
	} else {
		s.pop(user)
	}
	notify, _ := v.json["notify_on_close"].(bool)
	p, id := s.frame("view_closed", u, in, "")
	delete(p, "trigger_id")
	p["view"], p["is_cleared"] = s.viewObject(v, nil), all
	p = clone(p)
	s.mu.Unlock()
	if !notify {
		return Result{}
	}
	return s.send(&Delivery{Kind: "interactive", Type: "view_closed", Team: u.Team, payload: p}, id)
}
