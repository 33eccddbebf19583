package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"authfix/bot"
)

// A tagName is what counts here of a tag that posts of a forum can have.
type tagName struct {
	Name string `json:"name"`
}

// channel tries whether the bot can do in a channel what triage needs.
func (c Checkup) channel(ctx context.Context, p *Platform, me string, ch TriageChannel) bot.Symptom {
	s := bot.Symptom{Of: "channel " + ch.ID, Wrong: true}
	var got struct {
		channelInfo
		Tags []tagName `json:"available_tags"`
	}
	const token = "see what is wrong with the token above"
	if err := p.get(ctx, "/channels/{}", "/channels/"+ch.ID, &got); err != nil {
		switch codeOf(err) {
		case codeUnknownChannel:
			s.Says, s.Do = "there is no such channel", "see that the id is right: Discord copies it from the channel's menu once Developer Mode is on"
		case codeMissingAccess:
			s.Says, s.Do = "the bot cannot see it: VIEW_CHANNEL is missing, or the bot is not in its server", "add the bot to the server, and give its role View Channel there"
		default:
			s = refusedCheckup(s.Of, err, token)
		}
		return s
	}
	name := "#" + shortName(got.Name)
	switch {
	case got.Guild == "":
		s.Says, s.Do = "it is a direct message", "name a channel of a server"
		return s
	case ch.Guild != "" && ch.Guild != got.Guild:
		s.Says, s.Do = name+" is in the server "+got.Guild+", and not in "+ch.Guild, "correct the server's id"
		return s
	case got.thread():
		s.Says, s.Do = name+" is a thread", "name the channel that it is in, "+got.Parent+": triage reads its threads too"
		return s
	case got.Type == channelCategory:
		s.Says, s.Do = name+" is a category: nothing is said in it", "name its channels"
		return s
	}
	m, can, _, err := p.may(ctx, got.Guild, me)
	if err != nil {
		return refusedCheckup(s.Of, err, token)
	}
	can = inChannel(got.Guild, can, got.Overwrites, me, m.Roles)
	if lacks := c.lacking(&got.channelInfo, can); len(lacks) > 0 {
		s.Says = "in " + name + " the bot lacks " + strings.Join(lacks, ", ")
		s.Do = "give its role these permissions in the channel, or add the bot anew with the link that authfix manifest discord prints"
		return s
	}
	if got.forum() {
		for _, state := range ForumStates() {
			tag := c.Config.ForumTags[state]
			if tag != "" && !slices.ContainsFunc(got.Tags, func(t tagName) bool { return t.Name == tag }) {
				s.Of, s.Says, s.Do = "channel "+ch.ID, name+" has no tag "+tag+", which DISCORD_FORUM_TAGS names", "make the tag in the forum's settings, or correct the name"
				return s
			}
		}
	}
	s.Wrong, s.Says = false, "the bot can read and answer in "+name
	return s
}

// lacking names the permissions that the bot needs in a channel and does not have.
func (c Checkup) lacking(ch *channelInfo, can permission) []string {
	var not permission // not needed here
	switch {
	case ch.forum():
		not = permSendMessages | permPublicThreads // a post is a thread already
	case ch.voice():
		not = permPublicThreads | permSendInThreads
	}
	asked, _ := c.Config.asked()
	var all []string
	for _, p := range asked {
		bit := permission(p.Bit)
		if not.has(bit) || p.Tags && !ch.forum() || can.has(bit) {
			continue
		}
		all = append(all, fmt.Sprintf("%s (it %s)", p.Name, p.For))
		if bit == permViewChannel {
			return all // who cannot see it can do nothing else
		}
	}
	if ch.voice() && !can.has(permConnect) {
		all = append(all, "CONNECT (it reads what is written in a voice channel)")
	}
	return all
}
