package discord

import (
	"encoding/json"
	"testing"
)

// The ids of a guild, an owner, a member and roles.
const (
	aGuild  = "1000000000000001"
	anOwner = "1000000000000002"
	aMember = "1000000000000003"
	red     = "1000000000000011"
	blue    = "1000000000000012"
	boss    = "1000000000000013"
)

// TestPermissions follows the order in which Discord computes them.
// https://docs.discord.com/developers/topics/permissions#permission-overwrites
func TestPermissions(t *testing.T) {
	const v, r, s, m = permViewChannel, permReadHistory, permSendMessages, permManageGuild
	everyone := func(allow, deny permission) overwrite { return overwrite{aGuild, ofRole, allow, deny} }
	of := func(role string, allow, deny permission) overwrite { return overwrite{role, ofRole, allow, deny} }
	member := func(id string, allow, deny permission) overwrite { return overwrite{id, ofMember, allow, deny} }
	roles := []role{{ID: aGuild, Permissions: v | r}, {ID: red, Permissions: s}, {ID: blue, Permissions: m}, {ID: boss, Permissions: permAdministrator}}
	for name, c := range map[string]struct {
		who        string
		roles      []string
		overwrites []overwrite
		guild      permission
		channel    permission
	}{
		"everyone":                                    {"", nil, nil, v | r, v | r},
		"a member without roles":                      {aMember, nil, nil, v | r, v | r},
		"roles add up":                                {aMember, []string{red, blue}, nil, v | r | s | m, v | r | s | m},
		"a role that is gone":                         {aMember, []string{"1000000000000099"}, nil, v | r, v | r},
		"the owner may all":                           {anOwner, nil, []overwrite{everyone(0, v), member(anOwner, 0, v)}, permAll, permAll},
		"an administrator may all":                    {aMember, []string{boss}, []overwrite{everyone(0, v), of(boss, 0, v), member(aMember, 0, v)}, permAll, permAll},
		"denied to everyone":                          {aMember, []string{red}, []overwrite{everyone(0, r)}, v | r | s, v | s},
		"who cannot see can nothing":                  {aMember, []string{red, blue}, []overwrite{everyone(s, v)}, v | r | s | m, 0},
		"a role's allowance beats everyone's denial":  {aMember, []string{red}, []overwrite{of(red, v, 0), everyone(0, v)}, v | r | s, v | r | s},
		"one role's allowance beats another's denial": {aMember, []string{red, blue}, []overwrite{of(red, s, 0), of(blue, 0, s)}, v | r | s | m, v | r | s | m},
		"the same in the other order":                 {aMember, []string{red, blue}, []overwrite{of(blue, s, 0), of(red, 0, s)}, v | r | s | m, v | r | s | m},
		"another's role does not count":               {aMember, nil, []overwrite{of(red, s, v)}, v | r, v | r},
		"a member's denial beats a role's allowance":  {aMember, []string{red}, []overwrite{member(aMember, 0, s), of(red, s, 0)}, v | r | s, v | r},
		"a member's allowance beats a role's denial":  {aMember, []string{red}, []overwrite{member(aMember, v, 0), of(red, 0, v), everyone(0, v)}, v | r | s, v | r | s},
		"another member's does not count":             {aMember, nil, []overwrite{member(anOwner, s, v)}, v | r, v | r},
		"nobody's does not count for everyone":        {"", nil, []overwrite{member("", s, v)}, v | r, v | r},
		"a role with a member's id":                   {red, nil, []overwrite{of(red, s, 0)}, v | r, v | r},
	} {
		t.Run(name, func(t *testing.T) {
			guild := inGuild(aGuild, anOwner, roles, c.who, c.roles)
			if guild != c.guild {
				t.Errorf("in the guild %#x, want %#x", guild, c.guild)
			}
			if got := inChannel(aGuild, guild, c.overwrites, c.who, c.roles); got != c.channel {
				t.Errorf("in the channel %#x, want %#x", got, c.channel)
			}
		})
	}
	if got := inGuild(aGuild, "", roles, "", nil); got == permAll {
		t.Error("nobody owns a guild whose owner is not known")
	}
}

func TestMaySee(t *testing.T) {
	for _, c := range []struct {
		can         permission
		text, voice bool
	}{
		{0, false, false}, {permViewChannel, false, false}, {permReading, true, false}, {permReading | permConnect, true, true}, {permAll, true, true},
	} {
		if text, voice := maySee(c.can, false), maySee(c.can, true); text != c.text || voice != c.voice {
			t.Errorf("with %#x a text can be read: %t, what is written in a voice channel: %t", c.can, text, voice)
		}
	}
}

func TestReadPermission(t *testing.T) {
	for text, want := range map[string]permission{
		`"0"`: 0, `"1024"`: permViewChannel, `1024`: permViewChannel, `"18446744073709551615"`: permAll,
		`"36893488147419104256"`: permViewChannel, // 1<<65 and VIEW_CHANNEL: more than is known
		`null`:                   0,
	} {
		var got permission
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s is %#x, %v; want %#x", text, got, err, want)
		}
	}
	for _, text := range []string{`""`, `"-1"`, `"0x10"`, `"1.5"`, `"much"`, `true`, `{}`, `[]`, `1e99`} {
		var got permission
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is %#x", text, got)
		}
	}
}
