import type { Phrases } from './phrases.js';

export const german: Phrases = {
  systems: [
    'Du bist ein freundlicher Assistent. Antworte kurz und sachlich.',
    'Du prüfst Texte auf Rechtschreibung und Stil. Ändere so wenig wie möglich.',
    'Übersetze genau und behalte Fachbegriffe bei.',
  ],
  topics: [
    'die Lieferung der Bestellung {number}',
    'die Kündigungsfrist',
    'die Rechnung {number}',
    'das Jahresabonnement',
    'die Gewährleistung der Kaffeemaschine',
    'die Anmeldung mit dem Firmenkonto',
    'das Protokoll der Sitzung',
    'die Datenschutzerklärung',
    'den Überweisungsträger',
    'die Reisekostenabrechnung',
  ],
  names: ['Jürgen Müller', 'Sabine Groß', 'Lukas Schäfer', 'Katharina Weiß', 'Mehmet Yılmaz'],
  questions: [
    'Guten Tag, hier ist {name}. Ich habe eine Frage zu: {topic}. Wie gehe ich vor?',
    'Fasse bitte in drei Sätzen zusammen, was wir zu diesem Thema wissen: {topic}.',
    'Schreibe eine kurze, höfliche Nachricht an {name}. Es geht um: {topic}.',
    'Welche Risiken gibt es, wenn wir Folgendes ändern: {topic}?',
    'Übersetze den folgenden Absatz ins Englische. Thema: {topic}.',
  ],
  answers: [
    'Vielen Dank für Ihre Nachricht zu: {topic}.',
    'Der wahrscheinlichste Grund ist eine Einstellung, die mit der letzten Aktualisierung geändert wurde.',
    'Bitte prüfen Sie zuerst die Nummer {number} und melden Sie sich dann bei {name}.',
    'Kurz gesagt: Ja, das ist möglich, dauert aber bis zu {minutes} Minuten.',
    'Ich empfehle, klein anzufangen und das Ergebnis nach zwei Wochen zu messen.',
    'Drei Punkte sind wichtig: die Kosten, die Frist und der Aufwand für das Team.',
  ],
  followUps: ['Danke! Wie lange dauert das?', 'Geht das auch kürzer?', 'Bitte als Tabelle.'],
};
