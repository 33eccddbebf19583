package discordtest

import (
	"slices"
	"time"
)

// The world of a new [Server]: one guild with the bot in it. As with old apps, the
// bot's user has another id than the app.
const (
	App = "1099511627776000001" // the application's id
	Bot = "1099511627776000002" // the user of its bot

	Acme    = "1100000000000000100" // the guild; its role @everyone has this id too
	Globex  = "1100000000004194404" // an id for a second guild, of the other of two shards
	BotRole = "1100000000000000101" // of the bot in Acme, managed
	Admins  = "1100000000000000102" // a role with ADMINISTRATOR

	Alice = "1100000000000000201" // a member
	Bob   = "1100000000000000202" // another
	Admin = "1100000000000000203" // with the role Admins
	Owner = "1100000000000000204" // the owner of Acme

	General  = "1100000000000000301" // a text channel that everyone sees
	Triage   = "1100000000000000302" // another
	Private  = "1100000000000000303" // a text channel for people and the bot, not for @everyone
	Outside  = "1100000000000000304" // a text channel that the bot does not see
	ReadOnly = "1100000000000000305" // where the bot may not write, neither in threads
	Forum    = "1100000000000000306" // a forum with the tags TagOpen and TagSolved
	Voice    = "1100000000000000307" // a voice channel
	News     = "1100000000000000308" // an announcement channel
	Category = "1100000000000000309"

	TagOpen   = "1100000000000000401"
	TagSolved = "1100000000000000402"
)

// A Guild is what people call a server.
type Guild struct {
	ID      string
	Name    string
	Owner   string
	NoBot   bool // the bot is not in it
	Removed bool // it is gone, for the bot at least
	Outage  bool // it is unavailable
}

// A Role is one of a guild; that of @everyone has the guild's id.
type Role struct {
	ID          string
	Guild       string
	Name        string
	Permissions Permissions
}

// A User is a person or a bot.
type User struct {
	ID         string
	Name       string
	GlobalName string
	Bot        bool
	NoDMs      bool // takes no direct messages
}

// A Member is a user in a guild.
type Member struct {
	Guild string
	User  string
	Nick  string
	Roles []string // without @everyone
}

func (m *Member) has(role string) bool { return slices.Contains(m.Roles, role) }

// A Kind of channel.
// https://docs.discord.com/developers/resources/channel#channel-object-channel-types
type Kind int

// The kinds.
const (
	TextChannel   Kind = 0
	DirectMessage Kind = 1
	VoiceChannel  Kind = 2
	CategoryKind  Kind = 4
	NewsChannel   Kind = 5
	NewsThread    Kind = 10
	PublicThread  Kind = 11
	PrivateThread Kind = 12
	ForumChannel  Kind = 15
	MediaChannel  Kind = 16
)

// A Tag is one that the posts of a forum may have.
type Tag struct {
	ID        string
	Name      string
	Moderated bool // only who has MANAGE_THREADS sets it
}

// A Channel is a channel, a thread or a direct conversation.
type Channel struct {
	ID         string
	Guild      string
	Name       string
	Kind       Kind
	Parent     string // of a thread; or the category
	Overwrites []Overwrite
	Tags       []Tag // of a forum
	RequireTag bool
	Recipient  string // of a direct conversation with the bot
	Deleted    bool

	Creator     string // of a thread
	Archived    bool
	Locked      bool
	AutoArchive int      // minutes
	Applied     []string // ids of tags
	Joined      []string // members of a thread

	last    string // last_message_id
	created time.Time
}

func (c *Channel) isThread() bool {
	return c.Kind == NewsThread || c.Kind == PublicThread || c.Kind == PrivateThread
}

func (c *Channel) isForum() bool { return c.Kind == ForumChannel || c.Kind == MediaChannel }

// takesMessages reports whether messages stand in the channel itself.
func (c *Channel) takesMessages() bool { return !c.isForum() && c.Kind != CategoryKind }

func (c *Channel) joined(user string) bool { return slices.Contains(c.Joined, user) }

func (c *Channel) copy() Channel {
	x := *c
	x.Overwrites, x.Tags, x.Applied, x.Joined = slices.Clone(c.Overwrites), slices.Clone(c.Tags), slices.Clone(c.Applied), slices.Clone(c.Joined)
	return x
}

// settle makes the world of a new server.
func (s *Server) settle() {
	for _, u := range []User{
		{ID: Bot, Name: "authfix", Bot: true}, {ID: Alice, Name: "alice", GlobalName: "Alice"},
		{ID: Bob, Name: "bob", GlobalName: "Bob"}, {ID: Admin, Name: "admin"}, {ID: Owner, Name: "owner"},
	} {
		s.AddUser(u)
	}
	s.AddGuild(Guild{ID: Acme, Name: "Acme", Owner: Owner})
	s.AddRole(Role{ID: Admins, Guild: Acme, Name: "admins", Permissions: Administrator})
	for _, m := range []Member{{User: Alice}, {User: Bob}, {User: Admin, Roles: []string{Admins}}} {
		m.Guild = Acme
		s.AddMember(m)
	}
	people := []Overwrite{{ID: Acme, Deny: ViewChannel}}
	for _, id := range []string{Alice, Bob, Bot} {
		people = append(people, Overwrite{ID: id, Member: true, Allow: ViewChannel})
	}
	const writing = SendMessages | SendInThreads | CreatePublicThreads | AddReactions
	for _, c := range []Channel{
		{ID: General, Name: "general"}, {ID: Triage, Name: "triage"}, {ID: Private, Name: "private", Overwrites: people},
		{ID: Outside, Name: "outside", Overwrites: []Overwrite{{ID: Bot, Member: true, Deny: ViewChannel}}},
		{ID: ReadOnly, Name: "read-only", Overwrites: []Overwrite{{ID: Bot, Member: true, Deny: writing}}},
		{ID: Forum, Name: "help", Kind: ForumChannel, Tags: []Tag{{ID: TagOpen, Name: "open"}, {ID: TagSolved, Name: "solved"}}},
		{ID: Voice, Name: "voice", Kind: VoiceChannel}, {ID: News, Name: "news", Kind: NewsChannel},
		{ID: Category, Name: "support", Kind: CategoryKind},
	} {
		c.Guild = Acme
		s.AddChannel(c)
	}
}

// Channel returns a channel or thread.
func (s *Server) Channel(id string) (Channel, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		return c.copy(), true
	}
	return Channel{}, false
}

// DM returns the id of the direct conversation between user and the bot, which it
// opens when there is none.
func (s *Server) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(user).ID
}

func (s *Server) direct(user string) *Channel {
	if s.users[user] == nil {
		panic("discordtest: no user " + user)
	}
	if c := s.dms[user]; c != nil {
		return c
	}
	c := &Channel{ID: s.id(), Kind: DirectMessage, Recipient: user, created: s.core.Wall()}
	s.channels[c.ID], s.dms[user] = c, c
	return c
}
