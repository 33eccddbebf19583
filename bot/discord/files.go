package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"authfix/bot"
	"authfix/bot/outbound"
)

var _ bot.Fetcher = (*Platform)(nil)

// The two kinds of ids that a file can have: of one whose message can be fetched
// again, and of one that is known by its address alone.
const (
	fileOfMessage = "m/"
	fileSealed    = "s/"
)

// fileOf is the id of what is attached to a message.
func fileOf(channel, message, attachment string) string {
	return fileOfMessage + channel + "/" + message + "/" + attachment
}

// Open implements [bot.Fetcher]. The address of a file is signed and ends after a
// day or so, so the message is fetched first for a new one. No token goes to
// where files are, and nothing but Discord's own hosts is asked.
// https://docs.discord.com/developers/reference#signed-attachment-cdn-urls
func (p *Platform) Open(ctx context.Context, _ bot.Tenant, f bot.File) (io.ReadCloser, error) {
	address, err := p.addressOf(ctx, f.ID)
	if err != nil {
		return nil, fmt.Errorf("ask about a file: %w", err)
	}
	from, err := p.fileAddress(address)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, bot.ErrPermanent)
	}
	body, err := p.download(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("download a file: %w", err)
	}
	return body, nil
}

// addressOf is where the content of a file is at present.
func (p *Platform) addressOf(ctx context.Context, id string) (string, error) {
	if sealed, ok := strings.CutPrefix(id, fileSealed); ok {
		if p.deps.Unseal == nil {
			return "", fmt.Errorf("its address cannot be opened: %w", bot.ErrPermanent)
		}
		address, err := p.deps.Unseal(sealed)
		if err != nil {
			return "", fmt.Errorf("%w: %w", err, bot.ErrPermanent)
		}
		return address, nil
	}
	rest, ok := strings.CutPrefix(id, fileOfMessage)
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || !idLike(parts[0]) || !idLike(parts[1]) || !idLike(parts[2]) {
		return "", fmt.Errorf("it has no id of a file: %w", bot.ErrPermanent)
	}
	var m fileMessage
	err := p.rest.call(ctx, call{method: http.MethodGet, route: "/channels/{}/messages/{}", path: "/channels/" + parts[0] + "/messages/" + parts[1], into: &m})
	if err != nil {
		return "", repeatableError(err)
	}
	for _, a := range m.all() {
		if a.ID == parts[2] {
			return a.URL, nil
		}
	}
	return "", fmt.Errorf("the file is gone: %w", bot.ErrPermanent)
}

// A fileMessage is what counts of a message with files: one that was forwarded
// has them in what it was forwarded from.
type fileMessage struct {
	Attachments []wireAttachment `json:"attachments"`
	Snapshots   []struct {
		Message struct {
			Attachments []wireAttachment `json:"attachments"`
		} `json:"message"`
	} `json:"message_snapshots"`
}

func (m *fileMessage) all() []wireAttachment {
	all := m.Attachments
	for _, s := range m.Snapshots {
		all = append(all, s.Message.Attachments...)
	}
	return all
}

// fileAddress checks that an address is one of Discord's for files, or is where
// the API is set to be on this machine.
func (p *Platform) fileAddress(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if address == "" || err != nil {
		return nil, errors.New("the file has no address")
	}
	host := strings.ToLower(u.Hostname())
	ours := u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && (host == "cdn.discordapp.com" || host == "media.discordapp.net")
	if !ours {
		api, err := url.Parse(p.config.api())
		ours = err == nil && outbound.Loopback(api.Hostname()) && u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host)
	}
	if u.User != nil || !ours {
		return nil, errors.New("the file lies outside of Discord")
	}
	return u, nil
}

// download opens a file. Its errors hold nothing of the address, which whoever
// has it can read the file by.
func (p *Platform) download(ctx context.Context, from *url.URL) (io.ReadCloser, error) {
	return outbound.Download(ctx, p.rest.web, from, nil, fileAnswer) // without the token
}

// fileAnswer says what is wrong with an answer that should be a file.
func fileAnswer(w *http.Response) error {
	switch {
	case w.StatusCode == http.StatusOK:
		return nil
	case w.StatusCode == http.StatusTooManyRequests:
		return &bot.RetryAfter{After: max(seconds(w.Header.Get("Retry-After")), time.Second)}
	case w.StatusCode >= 500:
		return fmt.Errorf("status %d", w.StatusCode)
	}
	return fmt.Errorf("status %d: %w", w.StatusCode, bot.ErrPermanent)
}
