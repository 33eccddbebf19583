package slacktest

import (
	"encoding/json"
	"slices"
)

// A View is a modal or a Home tab.
type View struct {
	ID         string
	Type       string // modal or home
	Team       string
	User       string // who sees it
	CallbackID string
	ExternalID string
	Private    string // private_metadata
	Title      string
	Blocks     []map[string]any
	Hash       string
	Root       string // id of the first view of the stack
	Previous   string // id of the view below
	Closed     bool   // submitted, closed or cleared
	Updates    int
	json       object
	install    *Installation
	channel    string // of the response_url of a submission
}

// Buttons returns the interactive elements of the view in order.
func (v *View) Buttons() []Button { return buttons(v.Blocks) }

// Shown is what one reads in the view, a line each.
func (v *View) Shown() string { return shown(v.Blocks) }

// checkView reads and validates a view for a surface.
func checkView(raw []byte, want surface, either bool) (object, error) {
	var view object
	if json.Unmarshal(raw, &view) != nil || view == nil {
		return nil, &apiError{code: "invalid_arguments", messages: []string{"[ERROR] view is not a JSON object"}}
	}
	if len(raw) > at("view.bytes") {
		return nil, refuse("view_too_large")
	}
	kind, _ := view["type"].(string)
	if either && kind == string(inHome) {
		want = inHome
	}
	v := newValidator(want)
	if kind != string(want) {
		v.wrong("/view/type", "unsupported type: %s", kind)
	}
	v.fields("/view", view, "blocks", "title submit close private_metadata callback_id external_id clear_on_close notify_on_close submit_disabled")
	for key, limit := range map[string]string{"private_metadata": "view.private_metadata", "callback_id": "view.callback_id", "external_id": "view.external_id"} {
		if view[key] != "" {
			v.text("/view", view, key, limit)
		}
	}
	v.textObject("/view", view, "title", "view.title", plain)
	v.textObject("/view", view, "submit", "view.submit", plain)
	v.textObject("/view", view, "close", "view.close", plain)
	v.flagged("/view", view, "clear_on_close", "notify_on_close", "submit_disabled")
	v.blocks("/view/blocks", v.list("/view", view, "blocks", 0, ""), at(string(want)+".blocks"))
	if want == inModal {
		if view["title"] == nil {
			v.wrong("/view", "missing required field: title")
		}
		if v.inputs > 0 && view["submit"] == nil {
			v.wrong("/view", "missing required field: submit")
		}
	}
	if len(v.complaint) > 0 {
		return view, &apiError{code: "invalid_arguments", messages: v.complaint}
	}
	return view, nil
}

// fill gives v the content of a view that was sent.
func (s *Server) fill(v *View, o object) {
	v.json = o
	v.Type, _ = o["type"].(string)
	v.CallbackID, _ = o["callback_id"].(string)
	v.ExternalID, _ = o["external_id"].(string)
	v.Private, _ = o["private_metadata"].(string)
	v.Title = ""
	if t, ok := o["title"].(object); ok {
		v.Title, _ = t["text"].(string)
	}
	v.Blocks = nil
	if raw, ok := o["blocks"].([]any); ok {
		for _, b := range raw {
			v.Blocks = append(v.Blocks, b.(object))
		}
	}
	s.name(v.Blocks)
	v.Hash = s.ts() + "." + s.id("")
}

// viewObject is the view as Slack shows it. Values is its state.
func (s *Server) viewObject(v *View, values object) object {
	if values == nil {
		values = object{}
	}
	o := object{"id": v.ID, "team_id": v.Team, "type": v.Type, "blocks": v.Blocks, "private_metadata": v.Private,
		"callback_id": v.CallbackID, "external_id": v.ExternalID, "hash": v.Hash, "state": object{"values": values},
		"root_view_id": v.Root, "previous_view_id": nil, "app_id": App, "app_installed_team_id": v.Team, "bot_id": v.install.BotID,
		"clear_on_close": false, "notify_on_close": false, "title": nil, "submit": nil, "close": nil}
	if v.install.OrgWide {
		o["app_installed_team_id"] = v.install.Enterprise
	}
	if v.Previous != "" {
		o["previous_view_id"] = v.Previous
	}
	for _, k := range []string{"clear_on_close", "notify_on_close", "title", "submit", "close"} {
		if x, there := v.json[k]; there {
			o[k] = x
		}
	}
	return o
}

// present makes a view and puts it on the user's stack.
func (s *Server) present(in *Installation, user, team string, o object) *View {
	v := &View{ID: s.id("V"), Team: team, User: user, install: in}
	s.fill(v, o)
	stack := s.stacks[user]
	v.Root = v.ID
	if len(stack) > 0 {
		v.Root, v.Previous = s.views[stack[0]].ID, stack[len(stack)-1]
	}
	s.views[v.ID] = v
	s.stacks[user] = append(stack, v.ID)
	s.core.Change()
	return v
}

func (c *call) viewsOpen() (map[string]any, error) {
	t, err := c.exchange()
	if err != nil {
		return nil, err
	}
	c.s.dismiss(t.user)
	v := c.s.present(t.install, t.user, t.team, c.view)
	v.channel = t.channel
	return map[string]any{"view": c.s.viewObject(v, nil)}, nil
}

func (c *call) viewsPush() (map[string]any, error) {
	t, err := c.exchange()
	if err != nil {
		return nil, err
	}
	if len(c.s.stacks[t.user]) == 0 {
		return nil, refuse("not_found")
	}
	if len(c.s.stacks[t.user]) >= at("view.stack") {
		return nil, refuse("push_limit_reached")
	}
	v := c.s.present(t.install, t.user, t.team, c.view)
	return map[string]any{"view": c.s.viewObject(v, nil)}, nil
}

// exchange takes the view and uses the trigger up.
func (c *call) exchange() (*trigger, error) {
	if err := c.required("trigger_id", "view"); err != nil {
		return nil, err
	}
	if c.invalid != nil {
		return nil, c.invalid
	}
	t := c.s.triggers[c.Args["trigger_id"]]
	expired, exchanged := "expired_trigger_id", "exchanged_trigger_id"
	if c.s.opts.GuideTriggerErrors {
		expired, exchanged = "trigger_expired", "trigger_exchanged"
	}
	switch {
	case t == nil || t.install != c.tok.install:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse(exchanged)
	case !c.s.Now().Before(t.expires):
		return nil, refuse(expired)
	}
	if id, _ := c.view["external_id"].(string); id != "" && c.s.external(id) != nil {
		return nil, refuse("duplicate_external_id")
	}
	t.used = true
	return t, nil
}

func (s *Server) external(id string) *View {
	for _, v := range s.views {
		if v.ExternalID == id && !v.Closed {
			return v
		}
	}
	return nil
}

// dismiss closes all views of a user.
func (s *Server) dismiss(user string) {
	for _, id := range s.stacks[user] {
		s.views[id].Closed = true
	}
	delete(s.stacks, user)
	s.core.Change()
}

// pop closes the user's topmost view.
func (s *Server) pop(user string) {
	if stack := s.stacks[user]; len(stack) > 0 {
		s.views[stack[len(stack)-1]].Closed = true
		s.stacks[user] = slices.Clone(stack[:len(stack)-1])
		s.core.Change()
	}
}

func (c *call) viewsUpdate() (map[string]any, error) {
	if err := c.required("view"); err != nil {
		return nil, err
	}
	v := c.s.views[c.Args["view_id"]]
	if id := c.Args["external_id"]; id != "" && v == nil {
		v = c.s.external(id)
	}
	switch {
	case v == nil || v.Closed || v.install != c.tok.install:
		return nil, refuse("not_found")
	case c.invalid != nil:
		return nil, c.invalid
	case c.Args["hash"] != "" && c.Args["hash"] != v.Hash:
		return nil, refuse("hash_conflict")
	}
	c.s.fill(v, c.view)
	v.Updates++
	c.s.core.Change()
	return map[string]any{"view": c.s.viewObject(v, nil)}, nil
}

func (c *call) viewsPublish() (map[string]any, error) {
	if err := c.required("user_id", "view"); err != nil {
		return nil, err
	}
	u := c.s.users[c.Args["user_id"]]
	switch {
	case u == nil || !c.s.covers(c.tok.install, u.Team):
		return nil, refuse("user_not_found")
	case c.invalid != nil:
		return nil, c.invalid
	}
	v := c.s.homes[u.ID]
	if v != nil && c.Args["hash"] != "" && c.Args["hash"] != v.Hash {
		return nil, refuse("hash_conflict")
	}
	if v == nil {
		v = &View{ID: c.s.id("V"), Team: u.Team, User: u.ID, install: c.tok.install}
		v.Root = v.ID
		c.s.homes[u.ID], c.s.views[v.ID] = v, v
	} else {
		v.Updates++
	}
	c.s.fill(v, c.view)
	c.s.core.Change()
	return map[string]any{"view": c.s.viewObject(v, nil)}, nil
}
