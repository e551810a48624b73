"""The short things learners say to steer a lesson, recognised only when nothing else is said."""

from enum import Enum

from lessons.wording import request, words


class Intent(Enum):
    """What a short remark is for, and how it may be worded (without 'please' and the like)."""

    HELLO = """
        hello, hi, hiya, hey, hello there, hi there, hey there, hello tutor, hi tutor, hey tutor,
        hello teacher, good morning, good afternoon, good evening, good day, hello hello,
        hello again, hi again, hello can you hear me, can you hear me, are you there
    """
    GOODBYE = """
        goodbye, good bye, bye, bye bye, bye now, see you, see you later, see you soon,
        see you tomorrow, good night, goodbye tutor, bye tutor, goodbye teacher
    """
    THANKS = """
        thanks, thank you, thank you so much, thank you very much, thanks a lot, many thanks,
        thanks tutor, thank you tutor, okay thanks, okay thank you, great thanks, great thank you,
        great, cool, nice, wow, good job, well done, very good, good, awesome, perfect, got it,
        i got it, i see, i understand, makes sense, that makes sense, that helps, that helped
    """
    HOW_ARE_YOU = """
        how are you, how are you doing, how are you today, how's it going, how do you do, what's up
    """
    IDENTITY = """
        who are you, what are you, what's your name, what is your name, are you a person,
        are you a human, are you human, are you real, are you a robot, are you an ai,
        are you a computer, are you a real person, are you a real teacher, who made you
    """
    ABILITIES = """
        what can you do, what do you do, what do you know, what can you teach,
        what can you teach me, what can you help with, what can you help me with, what can i ask,
        what can i ask you,
        what can i do, what can i do here, what can i say, what should i ask, what should i do,
        can we do some maths, can we do some math, let's do some maths, let's do some math,
        i want to practise, i want to practice, i want to learn, i want to learn something,
        teach me something, teach me, i'm bored, let's start, start, begin, can we start,
        what can we do, what can i learn, how does this work, how do you work, what now, what's next
    """
    LANGUAGE = """
        do you speak spanish, do you speak french, do you speak german, do you speak english,
        can you speak spanish, can you speak french, can you speak german, speak spanish,
        speak french, speak german, what languages do you speak, which languages do you speak
    """
    TOPICS = """
        topics, lessons, subjects, what lessons do you have, what topics do you have,
        which lessons do you have, which topics do you have, what topics do you know,
        what topics are there, what lessons are there, what subjects are there,
        what subjects do you have, list topics, list lessons, list the topics, list the lessons
    """
    AGAIN = """
        again, once again, once more, one more time, repeat, repeat it, repeat that, repeat this,
        repeat the question, repeat that again, repeat it again, say it again, say that again,
        say this again, say again, tell me again, tell me that again, explain again,
        explain it again, explain that again, what did you say, what did you just say,
        what was that, what was the question, what's the question, pardon, pardon me, excuse me,
        come again, what, i didn't hear you, i didn't hear that, i didn't catch that,
        i did not hear that, i missed that, read it again
    """
    WHY = """
        why, why is that, why is it, why is it so, why is that so, why is this, why so, why that,
        why does that happen, why does it work, why does that work, how come, tell me why,
        explain why, but why, and why, what's the reason, what is the reason, how do you know
    """
    EXAMPLE = """
        example, examples, an example, another example, one more example, for example,
        for instance, give me an example, give an example, give me another example,
        give me one more example, give another example, show me an example, tell me an example,
        show me another example, an example please, like what, such as, do you have an example,
        give me some examples, give me examples, i need an example, i want an example
    """
    SIMPLER = """
        slower, slowly, simpler, easier, slow down, more slowly, more simply, a bit slower,
        a little slower, a bit simpler, say it slower, say that slower, say it slowly,
        say that slowly, say it more slowly, say that more slowly, say it simpler, simpler please,
        explain it simpler, explain that simpler, explain it more simply, explain it slowly,
        explain that slowly, explain it in simple words, explain that in simple words,
        make it simpler, make it easier, in simple words, in simpler words, in other words,
        in easy words, in simple terms, what did you mean, what do you mean, what does that mean,
        what does it mean, what do you mean by that, what did you mean by that,
        i don't understand, i do not understand, i didn't understand, i don't get it,
        i don't understand that, i don't understand it, i still don't understand, i don't get that,
        i didn't get that, i didn't get it, huh, too fast, too hard, that's too fast,
        that's too hard, it's too hard, too difficult, too complicated, i'm lost, i'm confused,
        go slower, speak slower, speak more slowly, repeat that slowly, repeat slowly,
        again slowly, again but slower, step by step
    """
    MORE = """
        more, tell me more, say more, a bit more, more about that, more about it,
        tell me more about it, tell me more about that, go on, continue, carry on, keep going,
        and then, what else, go ahead, anything else
    """
    SKIP = """
        skip, skip it, skip this, skip that, skip this one, skip that one, skip the question, pass,
        next, next one, next question, tell me, tell me the answer, just tell me, the answer,
        answer, what is it, what's it, what is the answer, what's the answer, another one,
        i give up, give up
    """
    SCORE = """
        score, my score, what's my score, what is my score, how am i doing, how did i do,
        how many did i get, how many did i get right, how many are right
    """
    STOP = """
        stop, stop it, stop that, stop now, stop here, stop stop, stop stop stop, stop talking,
        stop the quiz, stop the drill, stop the test, stop quiz, stop drill, stop practising,
        stop practicing, let's stop, let's stop here, i want to stop, i'd like to stop,
        i wanna stop, we can stop, can we stop, quit, i quit, end, end it, end quiz, end the quiz,
        end the drill, finish, finished, exit, cancel, enough, that's enough, enough for now,
        enough for today, no more, no more questions, i'm done, i am done, we're done, done,
        be quiet, quiet, shut up, hush
    """
    UNSURE = """
        i don't know, i don't know it, i don't know that, i dont know, i do not know, dunno,
        i really don't know, don't know, no idea, i have no idea, i've no idea, no clue,
        i have no clue, i don't have a clue, not sure, i'm not sure, i am not sure,
        i don't remember, i do not remember, i can't remember, i forgot, i forgot it, i can't say,
        hint, a hint, give me a hint, another hint, a clue, give me a clue, can i have a hint,
        help, help me, i need help, i need a hint
    """
    YES = """
        yes, yeah, yep, yup, yes yes, sure, of course, certainly, ok, okay, alright, all right,
        please, please do, yes please, i do, i would, i'd like that, i would like that,
        i'd love to, yes i do, yes i would, yes sure, yes of course, why not, correct, right,
        i think so, ready, i'm ready, yes i'm ready, let's go, let's do it, do it, ask me
    """
    NO = """
        no, nope, nah, no no, no thanks, no thank you, not now, not really, not yet, not today,
        no not now, no i don't, i don't want to, never mind, nevermind, rather not, i'd rather not
    """


_INTENTS = {
    " ".join(phrase.split()): intent for intent in Intent for phrase in intent.value.split(",")
}


def find_intent(text: str) -> Intent | None:
    """Return what a short remark is for, or None if it says anything more."""
    return _INTENTS.get(" ".join(words(text))) or _INTENTS.get(request(text))
