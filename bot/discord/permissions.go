package discord

import (
	"encoding/json"
	"errors"
	"math/big"
)

// A permission is a set of rights in a guild or one of its channels.
// https://docs.discord.com/developers/topics/permissions
type permission uint64

// The rights that matter here.
const (
	permAdministrator permission = 1 << 3
	permManageGuild   permission = 1 << 5
	permAddReactions  permission = 1 << 6
	permViewChannel   permission = 1 << 10
	permSendMessages  permission = 1 << 11
	permEmbedLinks    permission = 1 << 14
	permReadHistory   permission = 1 << 16
	permConnect       permission = 1 << 20
	permManageThreads permission = 1 << 34
	permPublicThreads permission = 1 << 35
	permSendInThreads permission = 1 << 38
	permAll           permission = 1<<64 - 1
	permReading                  = permViewChannel | permReadHistory
)

// has reports whether all rights of want are in p.
func (p permission) has(want permission) bool { return p&want == want }

// UnmarshalJSON reads the decimal number in a string that Discord writes. It may
// have more bits than are known; they are left out.
func (p *permission) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil // by convention it leaves what is there
	}
	var text json.Number // takes a string of digits, or a number
	if err := json.Unmarshal(b, &text); err != nil {
		return errors.New("a permission is no number")
	}
	n, ok := new(big.Int).SetString(string(text), 10)
	if !ok || n.Sign() < 0 {
		return errors.New("a permission is no number")
	}
	*p = permission(n.And(n, new(big.Int).SetUint64(uint64(permAll))).Uint64())
	return nil
}

// An overwrite changes what a role or a member may do in a channel.
type overwrite struct {
	ID    string        `json:"id"`
	Type  overwriteType `json:"type"`
	Allow permission    `json:"allow"`
	Deny  permission    `json:"deny"`
}

type overwriteType int

const (
	ofRole   overwriteType = 0
	ofMember overwriteType = 1
)

// A role is one of a guild's. That of everyone has the guild's id.
type role struct {
	ID          string     `json:"id"`
	Permissions permission `json:"permissions"`
	Bot         string     `json:"-"` // whose own role it is, as far as the gateway tells
}

// inGuild is what a member may do in a guild, channels aside. roles are the
// member's; everyone has that of everyone.
func inGuild(guild, owner string, all []role, member string, roles []string) permission {
	if member != "" && member == owner {
		return permAll
	}
	mine := make(map[string]bool, len(roles)+1)
	mine[guild] = true
	for _, id := range roles {
		mine[id] = true
	}
	var p permission
	for _, r := range all {
		if mine[r.ID] {
			p |= r.Permissions
		}
	}
	if p.has(permAdministrator) {
		return permAll
	}
	return p
}

// inChannel is what remains in a channel of what a member may do in the guild:
// first what holds for everyone there, then what holds for the member's roles
// taken together, then what holds for the member. Who cannot see a channel can do
// nothing in it.
func inChannel(guild string, p permission, overwrites []overwrite, member string, roles []string) permission {
	if p.has(permAdministrator) {
		return permAll
	}
	for _, o := range overwrites {
		if o.Type == ofRole && o.ID == guild {
			p = p&^o.Deny | o.Allow
		}
	}
	mine := make(map[string]bool, len(roles))
	for _, id := range roles {
		mine[id] = true
	}
	var allow, deny permission
	for _, o := range overwrites {
		if o.Type == ofRole && o.ID != guild && mine[o.ID] {
			allow |= o.Allow
			deny |= o.Deny
		}
	}
	p = p&^deny | allow
	for _, o := range overwrites {
		if o.Type == ofMember && member != "" && o.ID == member {
			p = p&^o.Deny | o.Allow
		}
	}
	if !p.has(permViewChannel) {
		return 0
	}
	return p
}

// maySee reports whether p suffices to read what stands in a channel of a kind:
// what is said in a voice channel can be read by those who may enter it.
func maySee(p permission, voice bool) bool {
	return p.has(permReading) && (!voice || p.has(permConnect))
}
