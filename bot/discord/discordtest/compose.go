package discordtest

import (
	"net/http"
	"slices"
	"strconv"
)

// Flags of messages.
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const (
	flagSuppressEmbeds = 1 << 2
	flagEphemeral      = 1 << 6
	flagLoading        = 1 << 7
	flagSilent         = 1 << 12
	flagComponentsV2   = 1 << 15
)

// A draft is what a body says of a message.
type draft struct {
	content           string
	embeds            []object
	components        []object
	files             []File
	flags             int
	hasContent        bool
	hasEmbeds         bool
	hasComponents     bool
	hasFlags          bool
	hasFiles          bool            // the body lists attachments …
	kept              map[string]bool // … and these, of an edit, are among them
	mentions          object          // allowed_mentions
	hasMentions       bool
	defaultsUsersOnly bool // without allowed_mentions, as in interactions
}

// draft reads and checks a body that makes or changes a message. Without
// allowed_mentions that exclude everything it is a violation. The caller holds the
// lock.
func (s *Server) draft(where string, p object, files map[int]File, interaction bool) (*draft, error) {
	f := &form{}
	d := &draft{defaultsUsersOnly: interaction}
	content, ok := p["content"]
	if d.hasContent = ok; ok && content != nil {
		d.content = f.text("", p, "content", "message.content", false)
	}
	_, d.hasEmbeds = p["embeds"]
	d.embeds = f.objects("embeds", p["embeds"])
	f.embeds(d.embeds)
	_, d.hasComponents = p["components"]
	d.components = f.objects("components", p["components"])
	f.components(d.components)
	_, d.hasFlags = p["flags"]
	d.flags = integer(p["flags"])
	if d.flags&flagComponentsV2 != 0 {
		f.add("flags", "BASE_TYPE_BAD", "This server does not draw components V2.")
	}
	if d.flags&^(flagSuppressEmbeds|flagEphemeral|flagSilent|flagComponentsV2) != 0 {
		f.add("flags", "BASE_TYPE_BAD", "A flag that cannot be set.")
	}
	f.over("attachments", "message.attachments", len(files))
	described := map[int]object{}
	_, d.hasFiles = p["attachments"]
	d.kept = map[string]bool{}
	for _, a := range list(p["attachments"]) {
		d.kept[toText(a["id"])] = true
		if n, err := strconv.Atoi(toText(a["id"])); err == nil && n < 100 {
			described[n] = a
		}
	}
	keys := make([]int, 0, len(files))
	for n := range files {
		keys = append(keys, n)
	}
	slices.Sort(keys)
	for _, n := range keys {
		file := files[n]
		if name := text(described[n]["filename"]); name != "" {
			file.Name = name
		}
		file.Description = text(described[n]["description"])
		d.files = append(d.files, file)
	}
	d.mentions, d.hasMentions = p["allowed_mentions"].(object)
	s.allowed(where, f, d)
	if s.opts.StrictMentions && !d.silent() {
		f.add("allowed_mentions", "BASE_TYPE_REQUIRED", "parse must be empty")
	}
	return d, f.err()
}

func toText(x any) string {
	switch x := x.(type) {
	case string:
		return x
	case float64:
		return strconv.Itoa(int(x))
	}
	return ""
}

// silent reports whether the allowed_mentions exclude every mention.
func (d *draft) silent() bool {
	parse, ok := d.mentions["parse"].([]any)
	return ok && len(parse) == 0
}

// allowed checks the allowed_mentions.
// https://docs.discord.com/developers/resources/message#allowed-mentions-object
func (s *Server) allowed(where string, f *form, d *draft) {
	if !d.silent() {
		s.core.Violate(RuleMentions, where, `allowed_mentions are not {"parse":[]}`)
	}
	if !d.hasMentions {
		return
	}
	f.only("allowed_mentions.", d.mentions, "parse", "roles", "users", "replied_user")
	parse, _ := d.mentions["parse"].([]any)
	for _, x := range parse {
		if x != "roles" && x != "users" && x != "everyone" {
			f.add("allowed_mentions.parse", "BASE_TYPE_CHOICES", "Value must be one of ('users', 'everyone', 'roles').")
		}
		if users, _ := d.mentions["users"].([]any); x == "users" && len(users) > 0 {
			f.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"users\"] and users: [ids...] are mutually exclusive.")
		}
	}
}

// pings says who is notified of a text, and notes it: an app of support should
// notify nobody. The caller holds the lock.
func (s *Server) pings(where string, m *Message, d *draft) {
	parse, _ := d.mentions["parse"].([]any)
	may := func(kind string) bool {
		if !d.hasMentions {
			return kind == "users" || !d.defaultsUsersOnly
		}
		return slices.Contains(parse, any(kind))
	}
	listed := func(kind, id string) bool {
		l, _ := d.mentions[kind].([]any)
		return slices.Contains(l, any(id))
	}
	m.Mentions, m.Pings = nil, nil
	ping := func(id string, user bool) {
		if slices.Contains(m.Pings, id) {
			return
		}
		m.Pings = append(m.Pings, id)
		if user {
			m.Mentions = append(m.Mentions, id)
		}
	}
	live := outside(m.Text)
	for _, x := range userMention.FindAllStringSubmatch(live, -1) {
		if s.users[x[1]] != nil && (may("users") || listed("users", x[1])) {
			ping(x[1], true)
		}
	}
	for _, x := range roleMention.FindAllStringSubmatch(live, -1) {
		if s.roles[x[1]] != nil && (may("roles") || listed("roles", x[1])) {
			ping(x[1], false)
		}
	}
	if loudMention.MatchString(live) && may("everyone") {
		ping("@everyone", false)
	}
	if r := s.byID[m.ReplyTo]; r != nil && m.Type == 19 && r.User != Bot {
		replied, ok := d.mentions["replied_user"].(bool)
		if !d.hasMentions || ok && replied {
			ping(r.User, true)
		}
	}
	for _, id := range m.Pings {
		s.core.Violate(RulePing, where, id+" is notified")
	}
}

// fill puts a draft into a message. The caller holds the lock.
func (s *Server) fill(where string, m *Message, d *draft) {
	m.Text, m.Embeds, m.Components = d.content, d.embeds, d.components
	s.attach(m, d)
	s.pings(where, m, d)
	s.markupOf(where, m)
}

func (s *Server) attach(m *Message, d *draft) {
	for _, file := range d.files {
		file.channel = m.Channel
		m.Files = append(m.Files, s.addFile(file))
	}
}

// amend changes a message by what a draft has. The caller holds the lock.
func (s *Server) amend(where string, m *Message, d *draft) error {
	v := Version{m.Text, m.Embeds, m.Components}
	if d.hasContent {
		v.Text = d.content
	}
	if d.hasEmbeds {
		v.Embeds = d.embeds
	}
	if d.hasComponents {
		v.Components = d.components
	}
	files := m.Files
	if d.hasFiles { // what an edit does not list is removed
		files = slices.DeleteFunc(slices.Clone(files), func(f File) bool { return !d.kept[f.ID] })
	}
	if v.Text == "" && len(v.Embeds) == 0 && len(v.Components) == 0 && len(files)+len(d.files) == 0 {
		return refuse(http.StatusBadRequest, 50006, "Cannot send an empty message")
	}
	m.become(v, s.core.Wall())
	m.Files = files
	if d.hasFlags {
		m.Flags = m.Flags&^flagSuppressEmbeds | d.flags&flagSuppressEmbeds
	}
	s.attach(m, d)
	s.pings(where, m, d)
	s.markupOf(where, m)
	s.core.Change()
	return nil
}

// empty reports whether nothing would be seen.
func (d *draft) empty() bool {
	return d.content == "" && len(d.embeds) == 0 && len(d.components) == 0 && len(d.files) == 0
}
